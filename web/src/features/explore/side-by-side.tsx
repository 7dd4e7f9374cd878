import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { Card } from '../../api/types';
import { bytes, number } from '../../format';
import { When } from '../../ui/bits';

const folderOf = (path: string) => path.slice(0, Math.max(0, path.lastIndexOf('/')));
export const nameOf = (path: string) => path.slice(path.lastIndexOf('/') + 1);

/** Pictures beside each other; what differs is marked, and the best of it. */
export function SideBySide({
  id,
  cards,
  tag,
}: {
  id: string;
  cards: readonly Card[];
  tag?: (card: Card) => ReactNode;
}) {
  const differs = <T,>(read: (card: Card) => T) =>
    new Set(cards.map((card) => read(card))).size > 1;
  const best = (read: (card: Card) => number) =>
    differs(read) ? Math.max(...cards.map(read)) : null;
  const pixels = (card: Card) => card.width * card.height;
  const most = best(pixels);
  const heaviest = best((card) => card.size_bytes);
  const mark = (on: boolean) => (on ? 'font-semibold text-accent-ink' : '');
  return (
    <ul
      className="grid gap-3"
      style={{ gridTemplateColumns: 'repeat(auto-fill, minmax(min(200px, 45%), 1fr))' }}
    >
      {cards.map((card) => (
        <li key={card.media_id} className="flex min-w-0 flex-col">
          <Link
            to="/dataset/$id/data/image/$mediaId"
            params={{ id, mediaId: card.media_id }}
            aria-label={`Open ${card.original_uri}`}
            className="block overflow-hidden rounded-tile"
            style={{ backgroundColor: card.measures.mean_colour }}
          >
            <img
              src={card.media_thumb_uri}
              alt=""
              className="aspect-[4/3] w-full bg-ground object-contain"
            />
          </Link>
          <div className="flex flex-col gap-0.5 pt-2 text-13">
            {tag?.(card)}
            <span dir="auto" className="truncate text-left font-semibold" title={card.original_uri}>
              {nameOf(card.original_uri)}
            </span>
            <span
              dir="auto"
              className={`truncate text-left ${differs((one) => folderOf(one.original_uri)) ? '' : 'text-soft'}`}
              title={folderOf(card.original_uri)}
            >
              {folderOf(card.original_uri) || '(top folder)'}
            </span>
            <span className={mark(pixels(card) === most)}>
              {number(card.width)} × {number(card.height)} px
            </span>
            <span className={mark(card.size_bytes === heaviest)}>{bytes(card.size_bytes)}</span>
            <span className={differs((one) => one.format) ? '' : 'text-soft'}>
              {card.format.toUpperCase()}
              {card.modified_at && (
                <>
                  {' · '}
                  <When time={card.modified_at} />
                </>
              )}
            </span>
          </div>
        </li>
      ))}
    </ul>
  );
}
