/**
 * What is selected in a result, as stretches of its order.
 *
 * A result (generation, filter, sort) has a fixed order, so a selection is a set of indexes. It is
 * kept as sorted stretches `[from, to)`, of what is selected or, after "select all", of what is
 * not: a million pictures with three left out are three stretches.
 */

export interface Selection {
  /** Whether `stretches` tells what is left out. */
  readonly all: boolean;
  /** Sorted, apart, never empty. */
  readonly stretches: readonly (readonly [from: number, to: number])[];
}

export const NOTHING: Selection = { all: false, stretches: [] };
export const EVERYTHING: Selection = { all: true, stretches: [] };

type Stretches = Selection['stretches'];

function inside(stretches: Stretches, index: number): boolean {
  let low = 0;
  let high = stretches.length - 1;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    const [from, to] = stretches[middle] as readonly [number, number];
    if (index < from) high = middle - 1;
    else if (index >= to) low = middle + 1;
    else return true;
  }
  return false;
}

function join(stretches: Stretches, from: number, to: number): Stretches {
  const joined: [number, number][] = [];
  let [start, end] = [from, to];
  let placed = false;
  for (const [a, b] of stretches) {
    if (b < start) joined.push([a, b]);
    else if (a > end) {
      if (!placed) joined.push([start, end]);
      placed = true;
      joined.push([a, b]);
    } else {
      start = Math.min(start, a);
      end = Math.max(end, b);
    }
  }
  if (!placed) joined.push([start, end]);
  return joined;
}

function cut(stretches: Stretches, from: number, to: number): Stretches {
  const left: [number, number][] = [];
  for (const [a, b] of stretches) {
    if (a < from) left.push([a, Math.min(b, from)]);
    if (b > to) left.push([Math.max(a, to), b]);
  }
  return left;
}

export function has(selection: Selection, index: number): boolean {
  return inside(selection.stretches, index) !== selection.all;
}

/** Selects or leaves out every index from `a` to `b`, both included, in either order. */
export function mark(selection: Selection, a: number, b: number, on: boolean): Selection {
  const [from, to] = [Math.min(a, b), Math.max(a, b) + 1];
  const stretches = (on !== selection.all ? join : cut)(selection.stretches, from, to);
  return { all: selection.all, stretches };
}

export function toggle(selection: Selection, index: number): Selection {
  return mark(selection, index, index, !has(selection, index));
}

/** How many of `total` pictures are selected. */
export function count(selection: Selection, total: number): number {
  let sum = 0;
  for (const [from, to] of selection.stretches) {
    sum += Math.max(0, Math.min(to, total) - Math.min(from, total));
  }
  return selection.all ? total - sum : sum;
}

/** The selected stretches of `total` pictures, in order. */
export function selected(selection: Selection, total: number): Stretches {
  let stretches: Stretches = selection.stretches;
  if (selection.all) {
    stretches = [[0, total]];
    for (const [from, to] of selection.stretches) stretches = cut(stretches, from, to);
  }
  return cut(stretches, total, Number.POSITIVE_INFINITY).filter(([from, to]) => from < to);
}

/** The first `limit` selected indexes. */
export function firstSelected(selection: Selection, total: number, limit: number): number[] {
  const found: number[] = [];
  for (const [from, to] of selected(selection, total)) {
    for (let index = from; index < to && found.length < limit; index += 1) found.push(index);
  }
  return found;
}
