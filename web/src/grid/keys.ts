/** What a key means in the grid. One table, which the `?` sheet prints too. */

export type Command =
  | { readonly do: 'move'; readonly by: Move; readonly extend: boolean }
  | {
      readonly do:
        | 'open'
        | 'select'
        | 'all'
        | 'clear'
        | 'search'
        | 'similar'
        | 'more'
        | 'less'
        | 'details'
        | 'tag'
        | 'help'
        | 'close'
        | 'bigger'
        | 'smaller';
    };

export type Move = 'left' | 'right' | 'up' | 'down' | 'page-up' | 'page-down' | 'first' | 'last';

export interface Press {
  readonly key: string;
  readonly shiftKey: boolean;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
}

const MOVES: Readonly<Record<string, Move>> = {
  ArrowLeft: 'left',
  ArrowRight: 'right',
  ArrowUp: 'up',
  ArrowDown: 'down',
  PageUp: 'page-up',
  PageDown: 'page-down',
  Home: 'first',
  End: 'last',
};

export function command(press: Press): Command | null {
  const { key } = press;
  const control = press.ctrlKey || press.metaKey;
  if (control && key.toLowerCase() === 'a') return { do: 'all' };
  if (control || press.altKey) return null;
  const by = MOVES[key];
  if (by) return { do: 'move', by, extend: press.shiftKey };
  switch (key) {
    case 'Enter':
      return { do: 'open' };
    case ' ':
      return { do: 'select' };
    case 'a':
      return { do: 'all' };
    case 'x':
      return { do: 'clear' };
    case 's':
      return { do: 'similar' };
    case 'm':
      return { do: 'more' };
    case 'l':
      return { do: 'less' };
    case 'i':
      return { do: 'details' };
    case 't':
      return { do: 'tag' };
    case '/':
      return { do: 'search' };
    case '?':
      return { do: 'help' };
    case 'Escape':
      return { do: 'close' };
    case '+':
    case '=':
      return { do: 'bigger' };
    case '-':
      return { do: 'smaller' };
    default:
      return null;
  }
}

/** The sheet, by place. */
export const SHEET: readonly {
  readonly title: string;
  readonly keys: readonly (readonly [keys: string, meaning: string])[];
}[] = [
  {
    title: 'Pictures',
    keys: [
      ['← → ↑ ↓', 'Move'],
      ['Page Up, Page Down, Home, End', 'Move far'],
      ['Enter', 'Open'],
      ['Space', 'Select or leave out'],
      ['Shift + arrows, Shift + click', 'Select a range'],
      ['a', 'Select all results'],
      ['x', 'Clear the selection'],
      ['t', 'Tag what is selected'],
      ['s', 'Find what is like the selected pictures, or this one'],
      ['m, l', 'In such a search: more like these, less like these'],
      ['i', 'Details'],
      ['+ −', 'Bigger or smaller tiles'],
    ],
  },
  {
    title: 'Filters',
    keys: [
      ['Click, Enter', 'Only this value'],
      ['Ctrl + click, Ctrl + Enter', 'This value too'],
      ['Alt + click, Alt + Enter', 'Not this value'],
    ],
  },
  {
    title: 'One picture',
    keys: [
      ['← →', 'Previous, next'],
      ['+ −', 'Zoom'],
      ['0', 'Fit to the window'],
      ['1', 'Actual size'],
      ['s', 'Find what is like it'],
      ['r', 'Search with a part: draw a box'],
      ['b', 'Boxes on or off'],
      ['i', 'Details'],
    ],
  },
  {
    title: 'Duplicates',
    keys: [
      ['j', 'Next group'],
      ['k', 'Previous group'],
      ['b', 'Blink: hold to see the other copy in place'],
      ['1 … 8', 'Which copy that is'],
      ['o', 'Keep the other copy instead'],
      ['a', 'Keep all of the group'],
    ],
  },
  {
    title: 'Map',
    keys: [
      ['+ −', 'Nearer, farther'],
      ['← → ↑ ↓', 'Move'],
      ['0', 'Show all'],
      ['Shift + drag', 'Move while the lasso is chosen, or the other way round'],
      ['Double click', 'Open the picture of a point'],
    ],
  },
  {
    title: 'Everywhere',
    keys: [
      ['/', 'Search'],
      ['?', 'This list'],
      ['Esc', 'Close the topmost thing'],
    ],
  },
];
