import { Link } from '@tanstack/react-router';
import { Check, ScanSearch } from 'lucide-react';
import type { ClusterPage } from '../../api/types';
import { plural } from '../../format';
import { type Explore, refine, unranked } from './state';

export type Cluster = ClusterPage['clusters'][number];

/** A cluster by its pictures, its name and its size; it can be chosen whole. */
export function ClusterCard({
  id,
  state,
  cluster,
  chosen,
  onChoose,
}: {
  id: string;
  state: Explore;
  cluster: Cluster;
  chosen: boolean;
  onChoose: () => void;
}) {
  const [first, ...small] = cluster.previews;
  const name = cluster.name?.join(', ') ?? '';
  const count = plural(cluster.n_images, 'picture');
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
    <li className="group relative min-w-0" data-cluster={cluster.cluster_id}>
      {first && (
        <Link
          to="/dataset/$id/data"
          params={{ id }}
          search={refine(unranked(state), {
            view: undefined,
            like: [`media:${first.media_id}`],
          })}
          aria-label="Find pictures like these"
          title="Find pictures like these, also in other clusters"
          className="absolute top-2 right-2 z-1 inline-flex size-8 items-center justify-center rounded-full bg-scrim text-white opacity-0 group-hover:opacity-100 hover:bg-black focus-visible:opacity-100 [@media(hover:none)]:opacity-100"
        >
          <ScanSearch size={16} aria-hidden />
        </Link>
      )}
      <button
        type="button"
        aria-pressed={chosen}
        aria-label={`Select ${name ? `${name}, ` : ''}${count}`}
        title={chosen ? 'Leave these pictures out' : 'Select these pictures'}
        onClick={onChoose}
        className={`absolute top-1 left-1 z-1 p-1.5 ${chosen ? '' : 'opacity-0 group-hover:opacity-100 focus-visible:opacity-100 [@media(hover:none)]:opacity-100'}`}
      >
        <span
          className={`flex size-6 items-center justify-center rounded-full border-2 border-white text-white ${chosen ? 'bg-accent-fill' : 'bg-scrim'}`}
        >
          {chosen && <Check size={15} strokeWidth={3} aria-hidden />}
        </span>
      </button>
      <Link
        to="/dataset/$id/data"
        params={{ id }}
        search={refine(state, { view: undefined, cluster: [cluster.cluster_id] })}
        title={name || undefined}
        className="block"
      >
        <span
          className={`block overflow-hidden rounded-card ${chosen ? 'outline-3 -outline-offset-3 outline-accent' : ''}`}
        >
          {first && picture(first, 'aspect-[4/3]')}
          {small.length > 0 && (
            <span className="mt-0.5 grid grid-cols-4 gap-0.5">
              {small.slice(0, 4).map((one) => picture(one, 'aspect-square'))}
            </span>
          )}
        </span>
        <span className="block px-1 pt-1.5 text-13">
          {name && (
            <span
              dir="auto"
              className="block truncate text-left font-semibold group-hover:underline"
            >
              {name}
            </span>
          )}
          <span className={name ? 'text-12 text-soft' : 'font-semibold group-hover:underline'}>
            {count}
          </span>
        </span>
      </Link>
    </li>
  );
}
