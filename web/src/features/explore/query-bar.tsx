import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { BoxSelect, Keyboard, LayoutGrid, ListFilter, Shapes } from 'lucide-react';
import type { ReactNode } from 'react';
import * as ask from '../../api/queries';
import { Segments } from '../../ui/bits';
import { IconButton } from '../../ui/button';
import { showKeys } from '../shell/keys';
import { SearchBox } from './search-box';
import { SortChoice } from './sort-choice';
import { type Explore, refine, unranked, type View } from './state';

const VIEWS: readonly (readonly [View | 'pictures', string, ReactNode])[] = [
  ['clusters', 'Clusters', <Shapes key="i" size={15} aria-hidden />],
  ['pictures', 'Pictures', <LayoutGrid key="i" size={15} aria-hidden />],
  ['objects', 'Objects', <BoxSelect key="i" size={15} aria-hidden />],
];

export function QueryBar({
  id,
  state,
  onFacets,
}: {
  id: string;
  state: Explore;
  onFacets: () => void;
}) {
  const navigate = useNavigate({ from: '/dataset/$id/data' });
  const { data: dataset } = useQuery(ask.dataset(id));
  const boxes = (dataset?.n_objects ?? 0) > 0 || state.view === 'objects';
  const views = boxes ? VIEWS : VIEWS.slice(0, 2);
  return (
    <div className="flex min-h-11 shrink-0 flex-wrap items-center gap-2 border-b border-line px-3 py-1.5">
      <span className="lg:hidden">
        <IconButton label="Filters" onClick={onFacets}>
          <ListFilter size={17} />
        </IconButton>
      </span>
      <SearchBox id={id} state={state} />
      {!state.view && <SortChoice id={id} state={state} />}
      <span className="max-sm:ml-auto">
        <Segments
          label="View"
          value={state.view ?? 'pictures'}
          options={views.map(([key, name, icon]) => [
            key,
            <>
              {icon} <span className="max-sm:hidden">{name}</span>
            </>,
            name,
          ])}
          onChange={(view) =>
            navigate({
              to: '/dataset/$id/data',
              params: { id },
              // Clusters have no order to rank; a search that does nothing there would say otherwise.
              search: (was) =>
                view === 'clusters'
                  ? refine(unranked(was), { view })
                  : refine(was, { view: view === 'pictures' ? undefined : view }),
            })
          }
        />
      </span>
      <span className="max-sm:hidden">
        <IconButton label="Keys" onClick={showKeys}>
          <Keyboard size={17} />
        </IconButton>
      </span>
    </div>
  );
}
