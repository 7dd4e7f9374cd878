import { describe, expect, it } from 'vitest';
import { confine, pan, whole, zoomAt } from './zoom';

const PICTURE = { width: 4000, height: 3000 };
const VIEW = { width: 1000, height: 800 };

describe('zoom', () => {
  it('shows all of a large picture, and a small one as it is', () => {
    expect(whole(PICTURE, VIEW)).toEqual({ scale: 0.25, x: 0, y: 0 });
    expect(whole({ width: 64, height: 48 }, VIEW).scale).toBe(1);
  });

  it('keeps what is under the pointer where it is', () => {
    const point = { x: 120, y: -80 };
    const before = zoomAt(whole(PICTURE, VIEW), 4, { x: 0, y: 0 }, PICTURE, VIEW);
    const after = zoomAt(before, 2, point, PICTURE, VIEW);
    const under = (zoom: typeof before) => (point.x - zoom.x) / zoom.scale;
    expect(under(after)).toBeCloseTo(under(before), 6);
  });

  it('stays between the whole picture and sixteen times', () => {
    const least = whole(PICTURE, VIEW);
    expect(zoomAt(least, 0.01, { x: 0, y: 0 }, PICTURE, VIEW).scale).toBe(least.scale);
    expect(zoomAt(least, 1e6, { x: 0, y: 0 }, PICTURE, VIEW).scale).toBe(16);
  });

  it('never lets the picture leave the window', () => {
    const near = zoomAt(whole(PICTURE, VIEW), 4, { x: 0, y: 0 }, PICTURE, VIEW);
    const far = pan(near, 1e9, -1e9, PICTURE, VIEW);
    expect(far).toEqual({ scale: 1, x: 1500, y: -1100 });
    expect(confine({ scale: 0.25, x: 50, y: 50 }, PICTURE, VIEW)).toEqual({
      scale: 0.25,
      x: 0,
      y: 0,
    });
  });
});
