import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef } from 'react';
import type { PlannedGroup } from '../../api/types';
import { bytes, plural } from '../../format';
import { TIER_WORDS } from '../explore/words';

const ROW = 72;

/** What a group loses, in words. */
function loses({ keep, remove }: PlannedGroup): string {
  if (remove.length === 0) return 'nothing goes';
  const weight = remove.reduce((sum, one) => sum + one.size_bytes, 0);
  const of = keep.length > 1 ? `${remove.length} of ${keep.length + remove.length}` : '';
  return `${of ? `${of}, ` : ''}frees ${bytes(weight)}`;
}

export function GroupList({
  total,
  group,
  want,
  at,
  onOpen,
}: {
  total: number;
  group: (index: number) => PlannedGroup | null;
  want: (first: number, last: number) => void;
  at: number;
  onOpen: (index: number) => void;
}) {
  const ref = useRef<HTMLDivElement>(null);
  const list = useVirtualizer({
    count: total,
    getScrollElement: () => ref.current,
    estimateSize: () => ROW,
    overscan: 6,
    initialOffset: Math.max(0, (at - 2) * ROW),
  });
  const rows = list.getVirtualItems();
  const [first, last] = [rows[0]?.index, rows.at(-1)?.index];
  useEffect(() => {
    if (first !== undefined && last !== undefined) {
      want(Math.min(first, at), Math.max(last, first));
    }
  });
  useEffect(() => list.scrollToIndex(at), [at, list]);
  return (
    <div
      ref={ref}
      className="h-48 shrink-0 overflow-y-auto border-b border-line md:h-auto md:w-[300px] md:border-r md:border-b-0"
    >
      <ul className="relative" style={{ height: list.getTotalSize() }}>
        {rows.map((row) => {
          const found = group(row.index);
          return (
            <li
              key={row.index}
              className="absolute inset-x-0"
              style={{ top: row.start, height: ROW }}
            >
              <button
                type="button"
                aria-current={row.index === at ? 'true' : undefined}
                onClick={() => onOpen(row.index)}
                className="flex size-full items-center gap-3 border-b border-line px-3 text-left hover:bg-hover aria-[current]:bg-accent-wash"
              >
                {found ? (
                  <>
                    <span className="flex shrink-0 gap-0.5">
                      {[...found.keep, ...found.remove].slice(0, 2).map((card) => (
                        <img
                          key={card.media_id}
                          src={card.media_thumb_uri}
                          alt=""
                          className="size-12 rounded-tile bg-ground object-cover"
                        />
                      ))}
                    </span>
                    <span className="min-w-0 text-13">
                      <span className="block truncate font-semibold">
                        {plural(found.keep.length + found.remove.length, 'picture')}
                      </span>
                      <span className="block truncate text-12 text-soft">
                        {TIER_WORDS[found.tier].name} · {loses(found)}
                      </span>
                    </span>
                  </>
                ) : (
                  <span className="size-12 rounded-tile bg-hover" />
                )}
              </button>
            </li>
          );
        })}
      </ul>
    </div>
  );
}
