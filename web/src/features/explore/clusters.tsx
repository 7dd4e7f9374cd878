import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Images, PackageOpen, Shapes, X } from 'lucide-react';
import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import { useMay } from '../../api/may';
import * as ask from '../../api/queries';
import { number, plural } from '../../format';
import { command } from '../../grid/keys';
import { Empty } from '../../ui/bits';
import { Button, IconButton } from '../../ui/button';
import { Fault } from '../../ui/error';
import { typing } from '../../ui/typing';
import { ExportDialog } from '../exports/export-dialog';
import { TagMenu } from '../tags/tag-menu';
import { type Cluster, ClusterCard } from './cluster-card';
import { LEVEL_WORDS, LevelSlider } from './level';
import { type Explore, filterOf, LEVEL, refine, unranked } from './state';
import { GridArea, useShown } from './tiles';

const PAGE = 100;
const REST_MS = 150;

/** The page that holds the first cluster on the screen, which the address tells as `at`. */
const pageOf = (state: Explore) => Math.floor((state.at ?? 0) / PAGE);

export function Clusters({ id, state: whole }: { id: string; state: Explore }) {
  // A shared address may hold a search; clusters are of all that the filters let through.
  const state = unranked(whole);
  const { at } = whole;
  const navigate = useNavigate({ from: '/dataset/$id/data' });
  const level = state.level ?? LEVEL.usual;
  const page = pageOf(whole);
  const filter = filterOf(state);
  const { data, error, isPending, refetch, isPlaceholderData } = useQuery({
    ...ask.clusters(id, level, filter, page * PAGE),
    placeholderData: (before) => before,
  });
  const set = useShown(id);
  const key = JSON.stringify([filter, level]);
  const [chosen, setChosen] = useState<ReadonlyMap<string, number>>(new Map());
  // biome-ignore lint/correctness/useExhaustiveDependencies: other clusters, nothing chosen
  useEffect(() => setChosen(new Map()), [key]);
  const choose = ({ cluster_id, n_images }: Cluster) =>
    setChosen((now) => {
      const next = new Map(now);
      if (!next.delete(cluster_id)) next.set(cluster_id, n_images);
      return next;
    });
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (typing(event.target)) return;
      const told = command(event)?.do;
      if (told === 'tag') document.querySelector<HTMLElement>('[data-tag-menu]')?.click();
      else if (told === 'clear' || told === 'close') setChosen(new Map());
      else return;
      event.preventDefault();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
  const list = usePlace(at, data !== undefined && !isPlaceholderData, page, set);
  return (
    <GridArea
      fault={
        error &&
        !data && (
          <Fault what="The clusters could not be read" cause={error} onRetry={() => refetch()} />
        )
      }
      waits={isPending ? 'the clusters' : null}
      bar={
        <div
          role="toolbar"
          aria-label="Selection and granularity"
          className="flex h-11 shrink-0 items-center gap-2 border-t border-line px-3 text-13"
        >
          {chosen.size > 0 ? (
            <ChosenClusters
              id={id}
              state={state}
              chosen={chosen}
              onClear={() => setChosen(new Map())}
            />
          ) : (
            <Turner
              page={page}
              total={data?.total}
              onPage={(to) => set({ at: to === 0 ? undefined : to * PAGE })}
            />
          )}
          <span className="grow" />
          <span className="flex shrink-0 items-center gap-2 text-soft">
            <span className="max-lg:hidden">Clusters</span>
            <LevelSlider
              level={level}
              onLevel={(to) =>
                navigate({
                  to: '/dataset/$id/data',
                  params: { id },
                  search: (was) => refine(was, { level: to }),
                  replace: true,
                })
              }
            />
            <span className="w-[60px] max-sm:hidden">{LEVEL_WORDS[level]}</span>
          </span>
        </div>
      }
    >
      <div ref={list} className="size-full overflow-y-auto p-4">
        {data?.clusters.length === 0 && (
          <Empty icon={<Shapes size={40} strokeWidth={1.5} />} title="No clusters">
            <p>
              Pictures that look alike are put together once a dataset is indexed. A filter that no
              picture passes leaves none.
            </p>
          </Empty>
        )}
        {data && data.clusters.length > 0 && (
          <ul
            className={`grid grid-cols-[repeat(auto-fill,minmax(min(220px,45%),1fr))] gap-x-3 gap-y-4 transition-opacity ${isPlaceholderData ? 'opacity-60' : ''}`}
          >
            {data.clusters.map((cluster) => (
              <ClusterCard
                key={cluster.cluster_id}
                id={id}
                state={state}
                cluster={cluster}
                chosen={chosen.has(cluster.cluster_id)}
                onChoose={() => choose(cluster)}
              />
            ))}
          </ul>
        )}
      </div>
    </GridArea>
  );
}

/** Tells the address which cluster is the first on the screen, and begins there. */
function usePlace(
  at: number | undefined,
  ready: boolean,
  page: number,
  set: (change: Partial<Explore>) => void,
) {
  const list = useRef<HTMLDivElement>(null);
  const begin = useRef((at ?? 0) % PAGE);
  const shownPage = useRef(page);
  useLayoutEffect(() => {
    const element = list.current;
    if (!element || !ready) return;
    if (shownPage.current !== page) {
      shownPage.current = page;
      element.scrollTop = 0;
    } else if (begin.current > 0) {
      element.querySelectorAll('[data-cluster]')[begin.current]?.scrollIntoView({ block: 'start' });
    }
    begin.current = 0;
  }, [ready, page]);
  useEffect(() => {
    const element = list.current;
    if (!element) return;
    let rest: ReturnType<typeof setTimeout>;
    const onScroll = () => {
      clearTimeout(rest);
      rest = setTimeout(() => {
        const { top } = element.getBoundingClientRect();
        const cards = [...element.querySelectorAll('[data-cluster]')];
        const first = cards.findIndex((card) => card.getBoundingClientRect().bottom > top);
        const now = page * PAGE + Math.max(0, first);
        set({ at: now === 0 ? undefined : now });
      }, REST_MS);
    };
    element.addEventListener('scroll', onScroll);
    return () => {
      clearTimeout(rest);
      element.removeEventListener('scroll', onScroll);
    };
  }, [page, set]);
  return list;
}

/** All pictures of the chosen clusters, and what can be done with them. */
function ChosenClusters({
  id,
  state,
  chosen,
  onClear,
}: {
  id: string;
  state: Explore;
  chosen: ReadonlyMap<string, number>;
  onClear: () => void;
}) {
  const navigate = useNavigate({ from: '/dataset/$id/data' });
  const [exporting, setExporting] = useState(false);
  const may = useMay(id);
  const cluster = [...chosen.keys()];
  const pictures = [...chosen.values()].reduce((sum, count) => sum + count, 0);
  const meant = filterOf({ ...state, cluster });
  return (
    <>
      <span className="min-w-0 truncate text-soft" aria-live="polite">
        {plural(pictures, 'picture')}
        <span className="max-sm:hidden"> in {plural(chosen.size, 'cluster')}</span> selected
      </span>
      <IconButton label="Clear the selection" onClick={onClear}>
        <X size={16} />
      </IconButton>
      {may('mark') && (
        <TagMenu
          id={id}
          chosen={pictures}
          filter={meant}
          meant={async () => ({ all_matching: true })}
        />
      )}
      <Button
        className="h-7! px-2.5!"
        onClick={() =>
          navigate({
            to: '/dataset/$id/data',
            params: { id },
            search: refine(state, { view: undefined, cluster }),
          })
        }
      >
        <Images size={15} aria-hidden /> <span className="max-sm:sr-only">Show them</span>
      </Button>
      <Button className="h-7! px-2.5!" onClick={() => setExporting(true)}>
        <PackageOpen size={15} aria-hidden /> <span className="max-sm:sr-only">Export</span>
      </Button>
      <ExportDialog
        id={id}
        count={pictures}
        filter={meant}
        chosen={async () => null}
        open={exporting}
        onClose={() => setExporting(false)}
      />
    </>
  );
}

function Turner({
  page,
  total,
  onPage,
}: {
  page: number;
  total: number | undefined;
  onPage: (page: number) => void;
}) {
  const pages = Math.ceil((total ?? 0) / PAGE);
  return (
    <>
      <span
        className={`min-w-0 truncate text-soft ${pages > 1 ? 'max-sm:hidden' : ''}`}
        aria-live="polite"
      >
        {total === undefined ? '' : plural(total, 'cluster')}
      </span>
      {pages > 1 && (
        <>
          <Button disabled={page === 0} onClick={() => onPage(page - 1)}>
            Previous
          </Button>
          <span className="whitespace-nowrap text-soft">
            {number(page + 1)} of {number(pages)}
          </span>
          <Button disabled={page + 1 >= pages} onClick={() => onPage(page + 1)}>
            Next
          </Button>
        </>
      )}
    </>
  );
}
