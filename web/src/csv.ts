/** Tables that the browser keeps as files. */

const cell = (value: string | number | undefined) => {
  const text = String(value ?? '');
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

/** One line of a table, without its end. */
export const csvRow = (cells: readonly (string | number | undefined)[]) =>
  cells.map(cell).join(',');

/** Keeps lines as a file among the downloads. */
export function saveCsv(name: string, lines: readonly string[]): void {
  const address = URL.createObjectURL(new Blob([`${lines.join('\n')}\n`], { type: 'text/csv' }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}
