/** What a key means in a group of copies. */

export type Meant =
  | { readonly do: 'compare'; readonly at: number }
  | { readonly do: 'keep-other' | 'keep-all' };

type Press = Pick<KeyboardEvent, 'key' | 'repeat' | 'ctrlKey' | 'metaKey' | 'altKey'>;

/** `rivals` is how many copies can be put in the place of the kept one. */
export function meant(press: Press, rivals: number): Meant | null {
  const { key } = press;
  if (press.ctrlKey || press.metaKey || press.altKey) return null;
  if (/^[1-9]$/.test(key) && Number(key) <= rivals) {
    return { do: 'compare', at: Number(key) - 1 };
  }
  // A key that is held is one decision, not one for each time that it repeats itself.
  if (press.repeat) return null;
  if (key === 'o') return { do: 'keep-other' };
  if (key === 'a') return { do: 'keep-all' };
  return null;
}
