/**
 * Scrolling through more pixels than a browser can make an element high.
 *
 * Browsers clamp the height of an element (Chromium at 33,554,428 px, Firefox at about half of it).
 * Above `TRACK_MAX` the scroll bar is a scaled picture of the whole: a jump of the bar is scaled,
 * while small steps (wheel, touch, keys) move the content by exactly as many pixels as the person
 * asked for. The two drift apart; `settle` brings the bar back to where it should be, without
 * moving what is seen.
 */

/** Highest element made. Below 2^24, so that single precision still tells pixels apart. */
export const TRACK_MAX = 16_000_000;

export interface Scroll {
  /** Where the element is scrolled to. */
  readonly bar: number;
  /** Where the content is scrolled to. */
  readonly content: number;
}

/** Height of the element that stands for `content` pixels. */
export function trackHeight(content: number): number {
  return Math.min(content, TRACK_MAX);
}

const range = (total: number, view: number) => Math.max(0, total - view);

/** Where the content is when the bar is exactly in step. */
export function contentFor(bar: number, content: number, view: number): number {
  const bars = range(trackHeight(content), view);
  return bars === 0 ? 0 : Math.round((bar / bars) * range(content, view));
}

/** Where the bar is when exactly in step; the inverse of {@link contentFor}. */
export function barFor(at: number, content: number, view: number): number {
  const contents = range(content, view);
  return contents === 0 ? 0 : Math.round((at / contents) * range(trackHeight(content), view));
}

/** The new place after the browser scrolled the element to `bar`. */
export function follow(was: Scroll, bar: number, content: number, view: number): Scroll {
  if (content <= TRACK_MAX) return { bar, content: bar };
  const step = bar - was.bar;
  // More than a view at once is the bar being dragged, a click on its track, Home or End.
  if (Math.abs(step) > view * 1.5) return { bar, content: contentFor(bar, content, view) };
  const moved = was.content + step;
  return { bar, content: Math.min(Math.max(moved, 0), range(content, view)) };
}

/** True when the bar hit an end that the content has not reached, so it must be set back now. */
export function stuck(scroll: Scroll, content: number, view: number): boolean {
  if (content <= TRACK_MAX) return false;
  const atTop = scroll.bar <= 0 && scroll.content > 0;
  const atEnd =
    scroll.bar >= range(trackHeight(content), view) && scroll.content < range(content, view);
  return atTop || atEnd;
}

/** The same content with the bar back in step. */
export function settle(scroll: Scroll, content: number, view: number): Scroll {
  return { bar: barFor(scroll.content, content, view), content: scroll.content };
}

/** What to add to a place in the content to get the place in the element. */
export function offset(scroll: Scroll): number {
  return scroll.bar - scroll.content;
}

/** The place that shows `top … top + height` with the least movement. */
export function reveal(at: number, view: number, top: number, height: number): number {
  if (top < at) return top;
  if (top + height > at + view) return top + height - view;
  return at;
}
