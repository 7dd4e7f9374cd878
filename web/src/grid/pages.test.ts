import { describe, expect, it } from 'vitest';
import { Pages } from './pages';

interface Asked {
  offset: number;
  signal: AbortSignal;
  answer: (page: string) => void;
  fail: (cause: Error) => void;
}

function paged(keep = 3) {
  const asked: Asked[] = [];
  const pages = new Pages<string>(
    (offset, _, signal) =>
      new Promise((answer, fail) => {
        asked.push({ offset, signal, answer, fail });
      }),
    { size: 100, keep },
  );
  return { pages, asked };
}

const settled = () => new Promise((done) => setTimeout(done, 0));

describe('pages', () => {
  it('asks once for each page on the screen', () => {
    const { pages, asked } = paged();
    pages.want(150, 320);
    pages.want(160, 330);
    expect(asked.map((one) => one.offset)).toEqual([100, 200, 300]);
  });

  it('gives a row its page and its place, and tells who listens', async () => {
    const { pages, asked } = paged();
    let heard = 0;
    pages.subscribe(() => {
      heard += 1;
    });
    pages.want(100, 110);
    expect(pages.get(150)).toBeNull();
    asked[0]?.answer('second');
    await settled();
    expect(pages.get(150)).toEqual({ page: 'second', at: 50 });
    expect(heard).toBe(1);
  });

  it('drops what scrolled away before it arrived', async () => {
    const { pages, asked } = paged();
    pages.want(0, 50);
    pages.want(5000, 5050);
    expect(asked[0]?.signal.aborted).toBe(true);
    asked[0]?.answer('late');
    await settled();
    expect(pages.get(0)).toBeNull();
  });

  it('forgets the page that was used longest ago', async () => {
    const { pages, asked } = paged(2);
    for (const first of [0, 100, 0, 200]) {
      pages.want(first, first + 10);
      asked.at(-1)?.answer(`from ${first}`);
      await settled();
    }
    expect(pages.get(100)).toBeNull();
    expect(pages.get(0)?.page).toBe('from 0');
    expect(pages.get(200)?.page).toBe('from 200');
  });

  it('does not ask again and again after a failure, until told to', async () => {
    const { pages, asked } = paged();
    pages.want(0, 10);
    asked[0]?.fail(new Error('no such dataset'));
    await settled();
    pages.want(0, 10);
    expect(asked).toHaveLength(1);
    expect(pages.error?.message).toBe('no such dataset');
    pages.retry();
    pages.want(0, 10);
    expect(asked).toHaveLength(2);
  });
});
