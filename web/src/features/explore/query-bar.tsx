import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import {
  ArrowDownWideNarrow,
  BoxSelect,
  Keyboard,
  LayoutGrid,
  ListFilter,
  Shapes,
} from 'lucide-react';
import type { ReactNode, RefObject } from 'react';
import * as ask from '../../api/queries';
import { Choice, Segments } from '../../ui/bits';
import { IconButton } from '../../ui/button';
import { SearchBox } from './search-box';
import { type Explore, isRanked, refine, SORTS, usualSort, type View } from './state';

const VIEWS: readonly (readonly [View | 'pictures', string, ReactNode])[] = [
  ['clusters', 'Clusters', <Shapes key="i" size={15} aria-hidden />],
  ['pictures', 'Pictures', <LayoutGrid key="i" size={15} aria-hidden />],
  ['objects', 'Objects', <BoxSelect key="i" size={15} aria-hidden />],
];

export function QueryBar({
  id,
  state,
  field,
  onFacets,
  onKeys,
}: {
  id: string;
  state: Explore;
  field: RefObject<HTMLInputElement | null>;
  onFacets: () => void;
  onKeys: () => void;
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
      <SearchBox id={id} state={state} field={field} />
      {!state.view && (
        <span className="relative inline-flex">
          <ArrowDownWideNarrow
            size={16}
            className="pointer-events-none absolute top-2 left-2.5 text-soft sm:hidden"
            aria-hidden
          />
          <Choice
            label="Sort"
            value={state.sort ?? usualSort(state)}
            options={SORTS.filter(([word]) => isRanked(state) === (word === 'closest'))}
            onChange={(sort) =>
              navigate({
                to: '/dataset/$id/data',
                params: { id },
                search: (was) => refine(was, { sort }),
              })
            }
            className="max-w-[150px] border-line max-sm:w-9 max-sm:appearance-none max-sm:bg-transparent max-sm:text-transparent [&>option]:bg-raised [&>option]:text-ink"
          />
        </span>
      )}
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
            search: (was) => refine(was, { view: view === 'pictures' ? undefined : view }),
          })
        }
      />
      <span className="max-sm:hidden">
        <IconButton label="Keys" onClick={onKeys}>
          <Keyboard size={17} />
        </IconButton>
      </span>
    </div>
  );
}
