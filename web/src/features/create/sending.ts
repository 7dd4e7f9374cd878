/** Sending files of this computer: gathering them, cutting them into requests, going on after a fault. */

import { get, send, sendForm } from '../../api/client';
import { NAME_MAX } from './name';

export interface Sendable {
  readonly file: File;
  /** Path inside the dataset, with `/` between its parts. */
  readonly path: string;
}

/** How far it is. */
export interface Sent {
  readonly files: number;
  readonly bytes: number;
}

const MOST_FILES = 50;
const MOST_BYTES = 32 * 2 ** 20;

/** Cuts a list into requests of a bounded size; a file larger than that goes alone. */
export function requests(files: readonly Sendable[]): Sendable[][] {
  const cut: Sendable[][] = [];
  let last: Sendable[] = [];
  let bytes = 0;
  for (const one of files) {
    const full = last.length === MOST_FILES || bytes + one.file.size > MOST_BYTES;
    if (last.length > 0 && full) {
      cut.push(last);
      last = [];
      bytes = 0;
    }
    last.push(one);
    bytes += one.file.size;
  }
  if (last.length > 0) cut.push(last);
  return cut;
}

/** What a file input chose; a folder's files keep their places in it. */
export function chosen(list: Iterable<File>): Sendable[] {
  return Array.from(list, (file) => ({ file, path: file.webkitRelativePath || file.name }));
}

/** What was dropped, with all that is in the folders among it. */
export async function dropped(items: DataTransferItemList): Promise<Sendable[]> {
  // The list is emptied as soon as the event is over: take what it holds first.
  const entries = Array.from(items, (item) => item.webkitGetAsEntry?.() ?? null);
  const found: Sendable[] = [];
  for (const entry of entries) if (entry) await walk(entry, '', found);
  return found;
}

async function walk(entry: FileSystemEntry, above: string, found: Sendable[]): Promise<void> {
  const path = above + entry.name;
  if (entry.isFile) {
    const file = await new Promise<File>((done, failed) =>
      (entry as FileSystemFileEntry).file(done, failed),
    );
    found.push({ file, path });
    return;
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  for (;;) {
    // A reader gives a hundred at a time, and an empty list at the end.
    const some = await new Promise<FileSystemEntry[]>((done, failed) =>
      reader.readEntries(done, failed),
    );
    if (some.length === 0) return;
    for (const one of some) await walk(one, `${path}/`, found);
  }
}

/** The folder that all of them lie in, if there is one: a good name. */
export function sharedFolder(files: readonly Sendable[]): string {
  const first = files[0]?.path.split('/') ?? [];
  const name = first.length > 1 ? (first[0] ?? '') : '';
  return files.every((one) => one.path.startsWith(`${name}/`)) ? name.slice(0, NAME_MAX) : '';
}

/** Files on their way. Where a request fails, `run` again goes on with the same one. */
export class Sending {
  readonly files: readonly Sendable[];
  private readonly name: string;
  private readonly left: Sendable[][];
  private dataset: string | null = null;
  private transaction: number | null = null;
  private sent: Sent = { files: 0, bytes: 0 };

  constructor(name: string, files: readonly Sendable[]) {
    this.name = name;
    this.files = files;
    this.left = requests(files);
  }

  /** Sends what is left and ends with the id of the dataset, which is then being indexed. */
  async run(tell: (sent: Sent) => void, signal: AbortSignal): Promise<string> {
    if (this.dataset === null) {
      const made = await get<{ dataset_id: string }>('/ingestion/new_dataset', {
        dataset_name: this.name,
      });
      this.dataset = made.dataset_id;
    }
    const base = `/ingestion/${this.dataset}`;
    if (this.transaction === null) {
      const begun = await get<{ trans_id: number }>(`${base}/data_files`);
      this.transaction = begun.trans_id;
    }
    for (let next = this.left[0]; next; next = this.left[0]) {
      signal.throwIfAborted();
      const form = new FormData();
      for (const { file, path } of next) form.append('files', file, path);
      await sendForm(`${base}/data_files/${this.transaction}`, form, signal);
      this.left.shift();
      this.sent = {
        files: this.sent.files + next.length,
        bytes: this.sent.bytes + next.reduce((sum, one) => sum + one.file.size, 0),
      };
      tell(this.sent);
    }
    await send('POST', `${base}/process_files/${this.transaction}`);
    return this.dataset;
  }

  /** Whether there is a dataset on the server by now. */
  get begun(): boolean {
    return this.dataset !== null;
  }

  /** Takes away what was sent so far. */
  async drop(): Promise<void> {
    if (this.dataset !== null) await send('DELETE', `/dataset/${this.dataset}`);
  }
}
