import { afterEach, describe, expect, it, vi } from 'vitest';
import { requests, type Sendable, Sending, sharedFolder } from './sending';

const file = (path: string, size: number): Sendable => ({ path, file: { size } as File });

describe('files of this computer', () => {
  it('go in requests of at most 50 files and 32 MB, in their order', () => {
    const many = Array.from({ length: 120 }, (_, at) => file(`${at}.jpg`, 1000));
    expect(requests(many).map((one) => one.length)).toEqual([50, 50, 20]);
    expect(requests(many).flat()).toEqual(many);
    const large = [30, 30, 90, 1, 1].map((mb, at) => file(`${at}.jpg`, mb * 2 ** 20));
    expect(requests(large).map((one) => one.map(({ path }) => path))).toEqual([
      ['0.jpg'],
      ['1.jpg'],
      ['2.jpg'],
      ['3.jpg', '4.jpg'],
    ]);
    expect(requests([])).toEqual([]);
  });

  it('give the name of the folder that holds them all', () => {
    expect(sharedFolder([file('cats/a.jpg', 1), file('cats/b/c.jpg', 1)])).toBe('cats');
    expect(sharedFolder([file('cats/a.jpg', 1), file('dogs/c.jpg', 1)])).toBe('');
    expect(sharedFolder([file('a.jpg', 1)])).toBe('');
    expect(sharedFolder([])).toBe('');
  });
});

describe('sending', () => {
  afterEach(() => vi.unstubAllGlobals());

  it('goes on with the request that failed and makes one dataset', async () => {
    const asked: string[] = [];
    let fail = true;
    vi.stubGlobal('fetch', async (uri: string, init: RequestInit) => {
      asked.push(`${init.method} ${uri.replace('/api/v1/ingestion/', '').split('?')[0]}`);
      if (uri.endsWith('new_dataset?dataset_name=cats')) return Response.json({ dataset_id: 'd' });
      if (uri.endsWith('data_files')) return Response.json({ trans_id: 7 });
      if (asked.length === 4 && fail) {
        fail = false;
        return Response.json({ detail: 'the disk is full' }, { status: 507 });
      }
      return new Response(null, { status: 202 });
    });
    const files = Array.from({ length: 60 }, (_, at) => ({
      path: `cats/${at}.jpg`,
      file: new File(['x'], `${at}.jpg`),
    }));
    const sending = new Sending('cats', files);
    const told: number[] = [];
    const run = () => sending.run(({ files }) => told.push(files), new AbortController().signal);
    await expect(run()).rejects.toThrow('the disk is full');
    await expect(run()).resolves.toBe('d');
    expect(told).toEqual([50, 60]);
    expect(asked).toEqual([
      'GET new_dataset',
      'GET d/data_files',
      'POST d/data_files/7',
      'POST d/data_files/7',
      'POST d/data_files/7',
      'POST d/process_files/7',
    ]);
  });
});
