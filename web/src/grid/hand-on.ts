/** The keys go on where they were: a grid that had the focus hands it to the one in its place. */
import { type RefObject, useLayoutEffect } from 'react';

// Of the page, not of a grid: the one that goes and the one that comes know nothing of each other.
// Where none follows at once it stays, and the next grid takes the focus from the body.
let handedOn = false;

export function useHandedOn(ref: RefObject<HTMLElement | null>): void {
  useLayoutEffect(() => {
    const element = ref.current;
    // Whoever took the focus meanwhile keeps it.
    if (handedOn && document.activeElement === document.body) {
      element?.focus({ preventScroll: true });
    }
    handedOn = false;
    return () => {
      handedOn = element?.contains(document.activeElement) ?? false;
    };
  }, [ref]);
}

/** Gives the focus to the grid on the page, if there is one. */
export const focusGrid = () =>
  document.querySelector<HTMLElement>('[data-grid]')?.focus({ preventScroll: true });
