import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useVirtualizer } from '@tanstack/react-virtual';
import { CopyCheck } from 'lucide-react';
import { useCallback, useEffect, useMemo, useReducer, useRef } from 'react';
import { get } from '../../api/client';
import { type Group, type Groups, TIERS, type Tier } from '../../api/types';
import { bytes, number, plural } from '../../format';
import { Pages } from '../../grid/pages';
import { Empty, Turning } from '../../ui/bits';
import { Fault } from '../../ui/error';
import { typing } from '../../ui/typing';
import { TIER_WORDS } from '../explore/words';
import { GroupView } from './group';

const PAGE = 50;
const ROW = 72;

/** The groups of a tier, fetched as the list is scrolled. */
function useGroups(id: string, tier: Tier | undefined) {
  const [, redraw] = useReducer((n: number) => n + 1, 0);
  const pages = useMemo(
    () =>
      new Pages<Groups>(
        (offset, limit, signal) =>
          get<Groups>(`/dataset/${id}/duplicates`, { tier, offset, limit }, signal),
        { size: PAGE, keep: 40 },
      ),
    [id, tier],
  );
  const any = useRef<Groups | null>(null);
  useEffect(() => {
    any.current = null;
    const stop = pages.subscribe(redraw);
    pages.want(0, 0);
    return stop;
  }, [pages]);
  const first = pages.get(0)?.page ?? any.current;
  any.current = first;
  const group = (index: number): Group | null => {
    const found = pages.get(index);
    return found?.page.groups[found.at] ?? null;
  };
  return { pages, summary: first, group };
}

export function DuplicatesPage() {
  const { id } = useParams({ from: '/frame/dataset/$id/duplicates' });
  const { tier, at = 0 } = useSearch({ from: '/frame/dataset/$id/duplicates' });
  const navigate = useNavigate({ from: '/dataset/$id/duplicates' });
  const { pages, summary, group } = useGroups(id, tier);
  const total = summary?.total ?? 0;
  const open = useCallback(
    (index: number) =>
      navigate({
        to: '/dataset/$id/duplicates',
        params: { id },
        search: (was) => ({ ...was, at: index === 0 ? undefined : index }),
        replace: true,
        resetScroll: false,
      }),
    [id, navigate],
  );
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (typing(event.target)) return;
      if (event.key === 'j') open(Math.min(total - 1, at + 1));
      else if (event.key === 'k') open(Math.max(0, at - 1));
      else return;
      event.preventDefault();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [at, open, total]);

  const tiers = TIERS.filter((one) => summary?.tiers[one]);
  const all = Object.values(summary?.tiers ?? {});
  const extra = all.reduce((sum, one) => sum + one.extra, 0);
  const weight = all.reduce((sum, one) => sum + one.bytes, 0);
  const shown = group(at);
  return (
    <main className="flex h-full flex-col">
      <div className="flex shrink-0 flex-wrap items-center gap-x-3 gap-y-1 border-b border-line px-4 py-2">
        <h2 className="font-semibold">Duplicates</h2>
        {summary && extra > 0 && (
          <span className="text-13 text-soft">
            {plural(extra, 'picture')} could go, {bytes(weight)}
          </span>
        )}
        <div role="group" aria-label="Tier" className="flex flex-wrap gap-1 sm:ml-auto">
          {[undefined, ...tiers].map((one) => (
            <button
              key={one ?? 'all'}
              type="button"
              aria-pressed={one === tier}
              title={one && TIER_WORDS[one].why}
              onClick={() =>
                navigate({
                  to: '/dataset/$id/duplicates',
                  params: { id },
                  search: { tier: one },
                })
              }
              className="h-7 rounded-full px-3 text-13 text-soft hover:bg-hover aria-pressed:bg-accent-wash aria-pressed:font-semibold aria-pressed:text-accent-ink"
            >
              {one ? TIER_WORDS[one].name : 'All'}{' '}
              <span className="font-normal text-soft">
                {number(
                  one
                    ? (summary?.tiers[one]?.groups ?? 0)
                    : all.reduce((sum, each) => sum + each.groups, 0),
                )}
              </span>
            </button>
          ))}
        </div>
      </div>
      {pages.error && (
        <div className="p-4">
          <Fault
            what="The duplicates could not be listed"
            cause={pages.error}
            onRetry={() => {
              pages.retry();
              pages.want(at, at);
            }}
          />
        </div>
      )}
      {!summary && !pages.error && (
        <p className="flex items-center gap-2 p-4 text-soft">
          <Turning /> Reading the groups
        </p>
      )}
      {summary && total === 0 && (
        <Empty icon={<CopyCheck size={40} strokeWidth={1.5} />} title="No duplicates">
          <p>
            Here would be every group of equal or nearly equal pictures: the same file twice, the
            same picture in another size, edited or mirrored copies.
          </p>
        </Empty>
      )}
      {total > 0 && (
        <div className="flex min-h-0 grow flex-col md:flex-row">
          <GroupList
            key={tier ?? 'all'}
            total={total}
            group={group}
            want={(first, last) => pages.want(first, last)}
            at={at}
            onOpen={open}
          />
          <div className="min-h-0 grow overflow-y-auto">
            {shown && (
              <GroupView key={shown.group_id} id={id} group={shown} place={at} total={total} />
            )}
          </div>
        </div>
      )}
    </main>
  );
}

function GroupList({
  total,
  group,
  want,
  at,
  onOpen,
}: {
  total: number;
  group: (index: number) => Group | null;
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
                      {[found.keep, found.others[0]].map(
                        (card) =>
                          card && (
                            <img
                              key={card.media_id}
                              src={card.media_thumb_uri}
                              alt=""
                              className="size-12 rounded-tile bg-ground object-cover"
                            />
                          ),
                      )}
                    </span>
                    <span className="min-w-0 text-13">
                      <span className="block truncate font-semibold">
                        {plural(found.others.length + 1, 'picture')}
                      </span>
                      <span className="block truncate text-12 text-soft">
                        {TIER_WORDS[found.tier].name} ·{' '}
                        {bytes(found.others.reduce((sum, one) => sum + one.size_bytes, 0))} could go
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
