/** The command that indexes a folder, ready to be copied into a shell. */

interface Asked {
  readonly name?: string;
  /** Path of an annotation file. */
  readonly annotations?: string;
  readonly labelsFromFolders?: boolean;
}

/** One word of a POSIX shell, whatever is in it: only an apostrophe ends the quotes. */
const quoted = (word: string) => `'${word.replaceAll("'", "'\\''")}'`;

/** Options that are left out or empty are not said; without a folder an example stands there. */
export function upCommand(
  folder: string | undefined,
  { name, annotations, labelsFromFolders }: Asked = {},
): string {
  return [
    `lamina up ${quoted(folder || '/path/to/pictures')}`,
    ...(name ? [`--name ${quoted(name)}`] : []),
    ...(annotations ? [`--annotations ${quoted(annotations)}`] : []),
    ...(labelsFromFolders ? ['--labels-from-folders'] : []),
  ].join(' ');
}
