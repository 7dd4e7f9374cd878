/** Characters that the name of a dataset may have. */
export const NAME_MAX = 200;

/** The last part of a path, which is a good first name for a dataset. */
export function nameFor(path: string): string {
  const parts = path.split(/[/\\]/).filter((part) => part !== '' && part !== '.');
  return (parts.at(-1) ?? '').slice(0, NAME_MAX);
}

/** The folder inside a folder, as the server writes paths. */
export const inside = (folder: string, name: string) =>
  folder.endsWith('/') ? `${folder}${name}` : `${folder}/${name}`;
