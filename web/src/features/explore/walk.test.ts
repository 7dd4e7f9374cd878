import { describe, expect, it } from 'vitest';
import type { Card } from '../../api/types';
import { asPage, type Listing, Walk } from './walk';

const card = (at: number) =>
  ({
    media_id: `m${at}`,
    original_uri: `a/${at}.jpg`,
    media_thumb_uri: `/t/${at}?v=abc`,
    width: 4,
    height: 3,
    measures: { mean_colour: '#0a0b0c' },
  }) as Card;

/** A server with `total` pictures that counts how often it is asked. */
function server(total: number) {
  const asked: (string | null)[] = [];
  const walk = new Walk(async (cursor, limit): Promise<Listing> => {
    asked.push(cursor);
    const from = Number(cursor ?? 0);
    const to = Math.min(total, from + limit);
    return {
      items: Array.from({ length: to - from }, (_, k) => card(from + k)),
      next_cursor: to < total ? String(to) : null,
    };
  }, 10);
  return { walk, asked };
}

describe('walking a listing', () => {
  it('reaches a far page once, and then asks only for what it wants', async () => {
    const { walk, asked } = server(95);
    expect((await walk.page(40))[0]?.media_id).toBe('m40');
    expect(asked).toEqual([null, '10', '20', '30', '40']);
    expect((await walk.page(20))[0]?.media_id).toBe('m20');
    expect(asked.at(-1)).toBe('20');
    expect(asked).toHaveLength(6);
  });

  it('knows how many there are once it came to the end', async () => {
    const { walk } = server(23);
    expect(walk.total(500)).toBe(500);
    expect(await walk.page(20)).toHaveLength(3);
    expect(walk.total(500)).toBe(23);
    expect(await walk.page(90)).toEqual([]);
  });

  it('looks like any page of the grid', () => {
    expect(asPage([card(7)], 7, 23)).toMatchObject({
      total: 23,
      offset: 7,
      id: ['m7'],
      rgb: [0x0a0b0c],
      v: ['abc'],
    });
  });
});
