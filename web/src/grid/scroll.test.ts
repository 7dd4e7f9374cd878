import { describe, expect, it } from 'vitest';
import {
  barFor,
  contentFor,
  follow,
  offset,
  reveal,
  type Scroll,
  settle,
  stuck,
  TRACK_MAX,
  trackHeight,
} from './scroll';

const VIEW = 800;
const HIGH = 60_000_000;
const START: Scroll = { bar: 0, content: 0 };

describe('a grid that the browser can make', () => {
  it('scrolls as any page', () => {
    const scroll = follow(START, 123_456, 10_000_000, VIEW);
    expect(scroll).toEqual({ bar: 123_456, content: 123_456 });
    expect(offset(scroll)).toBe(0);
    expect(stuck({ bar: 0, content: 0 }, 10_000_000, VIEW)).toBe(false);
  });
});

describe('a grid too high for an element', () => {
  it('is never higher than the track', () => {
    expect(trackHeight(HIGH)).toBe(TRACK_MAX);
    expect(trackHeight(5)).toBe(5);
  });

  it('reaches both ends', () => {
    expect(contentFor(0, HIGH, VIEW)).toBe(0);
    expect(contentFor(TRACK_MAX - VIEW, HIGH, VIEW)).toBe(HIGH - VIEW);
    expect(barFor(HIGH - VIEW, HIGH, VIEW)).toBe(TRACK_MAX - VIEW);
  });

  it('moves one pixel for one pixel of the wheel', () => {
    let scroll = follow(START, 8_000_000, HIGH, VIEW);
    const before = scroll.content;
    const still = offset(scroll);
    for (let i = 1; i <= 50; i += 1) scroll = follow(scroll, 8_000_000 + i * 100, HIGH, VIEW);
    expect(scroll.content - before).toBe(5000);
    expect(offset(scroll)).toBe(still);
  });

  it('jumps when the bar is dragged', () => {
    const scroll = follow(START, (TRACK_MAX - VIEW) / 2, HIGH, VIEW);
    expect(scroll.content).toBe((HIGH - VIEW) / 2);
  });

  it('brings the bar back in step without moving what is seen', () => {
    let scroll = follow(START, 8_000_000, HIGH, VIEW);
    for (let i = 1; i <= 100; i += 1) scroll = follow(scroll, 8_000_000 + i * 700, HIGH, VIEW);
    const settled = settle(scroll, HIGH, VIEW);
    expect(settled.content).toBe(scroll.content);
    expect(contentFor(settled.bar, HIGH, VIEW)).toBeCloseTo(scroll.content, -1);
  });

  it('notices a bar at its end before the content is', () => {
    let scroll: Scroll = { bar: 600, content: 2250 };
    scroll = follow(scroll, 0, HIGH, VIEW);
    expect(scroll.content).toBe(1650);
    expect(stuck(scroll, HIGH, VIEW)).toBe(true);
    expect(settle(scroll, HIGH, VIEW).bar).toBeGreaterThan(0);
  });

  it('never leaves the content', () => {
    expect(follow({ bar: 500, content: 100 }, 0, HIGH, VIEW).content).toBe(0);
    const end = { bar: TRACK_MAX - VIEW - 900, content: HIGH - VIEW - 100 };
    expect(follow(end, TRACK_MAX - VIEW, HIGH, VIEW).content).toBe(HIGH - VIEW);
  });
});

describe('revealing a tile', () => {
  it('moves as little as needed', () => {
    expect(reveal(1000, 800, 1200, 160)).toBe(1000);
    expect(reveal(1000, 800, 900, 160)).toBe(900);
    expect(reveal(1000, 800, 1700, 160)).toBe(1060);
  });
});
