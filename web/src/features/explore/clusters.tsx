import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { ScanSearch, Shapes } from 'lucide-react';
import { useState } from 'react';
import * as ask from '../../api/queries';
import type { ClusterPage } from '../../api/types';
import { plural } from '../../format';
import { Empty, Turning } from '../../ui/bits';
import { Button } from '../../ui/button';
import { Fault } from '../../ui/error';
import { type Explore, filterOf, LEVEL, refine } from './state';

const PAGE = 100;
const LEVEL_WORDS = ['finest', 'fine', 'medium', 'coarse', 'coarsest'];

export function Clusters({ id, state }: { id: string; state: Explore }) {
  const navigate = useNavigate();
  const level = state.level ?? LEVEL.usual;
  const [page, setPage] = useState(0);
  const { data, error, isPending, refetch, isPlaceholderData } = useQuery({
    ...ask.clusters(id, level, filterOf(state), page * PAGE),
    placeholderData: (before) => before,
  });
  const pages = Math.ceil((data?.total ?? 0) / PAGE);
  return (
    <div className="flex min-w-0 grow flex-col">
      <div className="min-h-0 grow overflow-y-auto bg-ground p-4">
        {error && !data && (
          <Fault what="The clusters could not be read" cause={error} onRetry={() => refetch()} />
        )}
        {isPending && !error && (
          <p className="flex items-center gap-2 text-soft">
            <Turning /> Reading the clusters
          </p>
        )}
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
            className={`grid grid-cols-[repeat(auto-fill,minmax(min(220px,45%),1fr))] gap-3 transition-opacity ${isPlaceholderData ? 'opacity-60' : ''}`}
          >
            {data.clusters.map((cluster) => (
              <ClusterCard key={cluster.cluster_id} id={id} state={state} cluster={cluster} />
            ))}
          </ul>
        )}
      </div>
      <div className="flex h-11 shrink-0 items-center gap-3 border-t border-line px-3 text-13">
        <span
          className={`min-w-0 truncate text-soft ${pages > 1 ? 'max-sm:hidden' : ''}`}
          aria-live="polite"
        >
          {data ? plural(data.total, 'cluster') : ''}
        </span>
        {pages > 1 && (
          <>
            <Button disabled={page === 0} onClick={() => setPage(page - 1)}>
              Previous
            </Button>
            <span className="whitespace-nowrap text-soft">
              {page + 1} of {pages}
            </span>
            <Button disabled={page + 1 >= pages} onClick={() => setPage(page + 1)}>
              Next
            </Button>
          </>
        )}
        <span className="grow" />
        <label className="flex items-center gap-2 text-soft">
          <span className="max-sm:hidden">Clusters</span>
          <input
            type="range"
            aria-label="Granularity of clusters, finest to coarsest"
            aria-valuetext={LEVEL_WORDS[level]}
            min={LEVEL.min}
            max={LEVEL.max}
            step={1}
            value={level}
            onChange={(event) => {
              setPage(0);
              navigate({
                to: '/dataset/$id/data',
                params: { id },
                search: refine(state, { level: Number(event.target.value) }),
                replace: true,
              });
            }}
            className="range w-[72px] sm:w-[120px]"
          />
          <span className="w-[60px]">{LEVEL_WORDS[level]}</span>
        </label>
      </div>
    </div>
  );
}

function ClusterCard({
  id,
  state,
  cluster,
}: {
  id: string;
  state: Explore;
  cluster: ClusterPage['clusters'][number];
}) {
  const [first, ...small] = cluster.previews;
  const picture = (one: (typeof cluster.previews)[number], className: string) => (
    <span
      key={one.media_id}
      className={`block overflow-hidden ${className}`}
      style={{ backgroundColor: one.measures.mean_colour }}
    >
      <img src={one.media_thumb_uri} alt="" loading="lazy" className="size-full object-cover" />
    </span>
  );
  return (
    <li className="group relative">
      {first && (
        <Link
          to="/dataset/$id/data"
          params={{ id }}
          search={refine(state, {
            view: undefined,
            like: [`media:${first.media_id}`],
            alike: undefined,
          })}
          aria-label="Find pictures like these"
          title="Find pictures like these, also in other clusters"
          className="absolute top-2 right-2 z-1 inline-flex size-8 items-center justify-center rounded-full bg-scrim text-white opacity-0 group-hover:opacity-100 hover:bg-black focus-visible:opacity-100 [@media(hover:none)]:opacity-100"
        >
          <ScanSearch size={16} aria-hidden />
        </Link>
      )}
      <Link
        to="/dataset/$id/data"
        params={{ id }}
        search={refine(state, { view: undefined, cluster: cluster.cluster_id })}
        className="block"
      >
        <span className="block overflow-hidden rounded-card">
          {first && picture(first, 'aspect-[4/3]')}
          {small.length > 0 && (
            <span className="mt-0.5 grid grid-cols-4 gap-0.5">
              {small.slice(0, 4).map((one) => picture(one, 'aspect-square'))}
            </span>
          )}
        </span>
        <span className="block px-1 pt-1.5 text-13 font-semibold group-hover:underline">
          {plural(cluster.n_images, 'picture')}
        </span>
      </Link>
    </li>
  );
}
