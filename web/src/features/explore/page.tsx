import { useQuery } from '@tanstack/react-query';
import { lazyRouteComponent, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { FilterX, ImageOff } from 'lucide-react';
import { useCallback, useEffect, useMemo, useState } from 'react';
import { getBytes } from '../../api/client';
import * as ask from '../../api/queries';
import { stateOf } from '../../api/renew';
import { justified, rectangular } from '../../grid/geometry';
import { command } from '../../grid/keys';
import { EVERYTHING, firstSelected, NOTHING, type Selection } from '../../grid/selection';
import { writeSearch } from '../../search';
import { Empty, Turning } from '../../ui/bits';
import { Button } from '../../ui/button';
import { Code } from '../../ui/copy';
import { Fault } from '../../ui/error';
import { typing } from '../../ui/typing';
import { upCommand } from '../../up-command';
import { ActionBar } from './action-bar';
import { Clusters } from './clusters';
import { Compare } from './compare';
import { DetailsPanel } from './details';
import { Grid } from './grid';
import { useListing, useVersion } from './listing';
import { Pane } from './pane';
import { keyOf, Result } from './result';
import {
  type Explore,
  filterOf,
  hasFilter,
  LIKES_MAX,
  leaning,
  refine,
  resultKey,
  unranked,
} from './state';
import { GridArea, useTiles } from './tiles';

const PartsView = lazyRouteComponent(() => import('./parts-view'), 'PartsView');

export function ExplorePage() {
  const { id } = useParams({ from: '/frame/dataset/$id/data' });
  const state = useSearch({ from: '/frame/dataset/$id/data' });
  if (state.view === 'objects') return <PartsView key={id} id={id} state={state} />;
  return state.view === 'clusters' ? (
    <Pane id={id} state={state}>
      {() => <Clusters id={id} state={state} />}
    </Pane>
  ) : (
    <PicturesView key={id} id={id} state={state} />
  );
}

function PicturesView({ id, state }: { id: string; state: Explore }) {
  const navigate = useNavigate({ from: '/dataset/$id/data' });
  const { data: dataset } = useQuery(ask.dataset(id));
  const key = resultKey(state);
  const sort = state.sort;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key says all of it
  const query = useMemo(() => ({ ...filterOf(state), sort }), [key]);
  // Tags change a result only where it goes by them.
  const { data: marks } = useQuery(ask.marks(id));
  const tagged = state.tag || state.not_tag ? marks : 0;
  const version = dataset ? `${stateOf(dataset)} ${tagged}` : null;
  const result = useListing(
    keyOf(id, key),
    (whole) => new Result(id, query, whole),
    version,
    state.at ?? 0,
  );
  useVersion(result);
  const total = result.total;
  const wantsFitted = state.layout === 'fitted';
  const shapes = useQuery({
    queryKey: ['dataset', id, 'shape', key, version],
    queryFn: ({ signal }) => getBytes(`/dataset/${id}/grid/shape`, query, signal),
    enabled: wantsFitted,
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
    placeholderData: (before) => before,
  });
  // Where shapes are not told, as during the first indexing, tiles are squares.
  const fits = shapes.data !== undefined && shapes.data.length === total;
  const fitted = wantsFitted && fits;
  const waits = wantsFitted && !fits && (shapes.isPending || shapes.isPlaceholderData);

  const [selection, setSelection] = useState<Selection>(NOTHING);
  const [focus, setFocus] = useState(state.at ?? 0);
  const [details, setDetails] = useState(false);
  const [compare, setCompare] = useState(false);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another result, nothing selected
  useEffect(() => setSelection(NOTHING), [key]);

  const { set, sideFor, onRest } = useTiles(id, state);
  const ready = total !== null && !waits;
  const geometryFor = useCallback(
    (width: number) => {
      const side = sideFor(width);
      return fitted && shapes.data
        ? justified(shapes.data, width, side)
        : rectangular(total ?? 0, width, side);
    },
    [fitted, shapes.data, total, sideFor],
  );

  const { at: _, ...rest } = state;
  const tail = writeSearch({ ...rest });
  const hrefOf = useCallback(
    (index: number) => {
      const item = result.item(index);
      const search = tail === '' ? `?at=${index}` : `${tail}&at=${index}`;
      return item ? `/dataset/${id}/data/image/${item.id}${search}` : '#';
    },
    [id, result, tail],
  );
  const onOpen = useCallback(
    (index: number) => {
      const item = result.item(index);
      if (!item) return;
      navigate({
        to: '/dataset/$id/data/image/$mediaId',
        params: { id, mediaId: item.id },
        search: (was) => ({ ...was, at: index }),
      });
    },
    [id, navigate, result],
  );

  /** The selected pictures, or the one in focus, as a search takes them. */
  const meantLikes = useCallback(() => {
    const chosen = firstSelected(selection, total ?? 0, LIKES_MAX);
    const places = chosen.length > 0 ? chosen : [focus];
    return places.flatMap((at) => {
      const found = result.item(at)?.id;
      return found === undefined ? [] : [`media:${found}`];
    });
  }, [focus, result, selection, total]);
  /** Searches with them: only with them, or as well, or against them. */
  const onSimilar = useCallback(
    (way: 'only' | 'like' | 'less') => {
      const likes = meantLikes();
      if (likes.length === 0) return;
      navigate({
        to: '/dataset/$id/data',
        params: { id },
        search: (was) =>
          way !== 'only' && was.like
            ? leaning(was, likes, way)
            : refine(unranked(was), { like: likes, sort: undefined, cluster: undefined }),
      });
    },
    [id, meantLikes, navigate],
  );

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (typing(event.target)) return;
      const told = command(event)?.do;
      if (told === 'similar') onSimilar('only');
      else if (told === 'more' || told === 'less') {
        // Less of nothing in particular means nothing.
        if (state.like) onSimilar(told === 'more' ? 'like' : 'less');
      } else if (told === 'tag') document.querySelector<HTMLElement>('[data-tag-menu]')?.click();
      else if (told === 'details') setDetails((open) => !open);
      else if (told === 'all') setSelection(EVERYTHING);
      else if (told === 'clear') setSelection(NOTHING);
      else if (told === 'close') {
        if (details) setDetails(false);
        else setSelection(NOTHING);
      } else return;
      event.preventDefault();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [details, onSimilar, state.like]);

  const error = result.pages.error ?? (wantsFitted ? shapes.error : null);
  const first = firstSelected(selection, total ?? 0, 1)[0];
  const shown = result.item(first ?? focus);
  const indexing = dataset && ['INDEXING', 'DRAFT'].includes(dataset.status_new);
  return (
    <Pane id={id} state={state} total={total}>
      {() => (
        <>
          <GridArea
            fault={
              error && (
                <Fault
                  what="These pictures could not be listed"
                  cause={error}
                  onRetry={() => {
                    result.pages.retry();
                    result.pages.want(state.at ?? 0, state.at ?? 0);
                    shapes.refetch();
                  }}
                />
              )
            }
            waits={ready ? null : 'the pictures'}
            bar={
              <ActionBar
                id={id}
                state={state}
                result={result}
                selection={selection}
                onSelect={setSelection}
                onChange={set}
                onCompare={() => setCompare(true)}
                onSimilar={onSimilar}
                details={details}
                onDetails={() => setDetails((open) => !open)}
              />
            }
          >
            {ready && total > 0 && (
              <Grid
                key={`${key} ${state.layout}`}
                datasetId={id}
                result={result}
                geometryFor={geometryFor}
                selection={selection}
                onSelect={setSelection}
                onOpen={onOpen}
                onFocus={setFocus}
                hrefOf={hrefOf}
                begin={Math.min(state.at ?? 0, total - 1)}
                onRest={onRest}
              />
            )}
            {total === 0 && !error && (
              <NothingHere
                filtered={hasFilter(state)}
                indexing={indexing ?? false}
                source={dataset?.source_uri}
                onClear={() => navigate({ to: '/dataset/$id/data', params: { id }, search: {} })}
              />
            )}
          </GridArea>
          {details && shown && (
            <DetailsPanel id={id} mediaId={shown.id} onClose={() => setDetails(false)} />
          )}
          <Compare
            id={id}
            open={compare}
            onClose={() => setCompare(false)}
            mediaIds={firstSelected(selection, total ?? 0, 4).flatMap(
              (index) => result.item(index)?.id ?? [],
            )}
          />
        </>
      )}
    </Pane>
  );
}

function NothingHere({
  filtered,
  indexing,
  source,
  onClear,
}: {
  filtered: boolean;
  indexing: boolean;
  source: string | undefined;
  onClear: () => void;
}) {
  if (filtered) {
    return (
      <Empty icon={<FilterX size={40} strokeWidth={1.5} />} title="No picture matches">
        <p>No picture of this dataset passes all of the filters.</p>
        <Button onClick={onClear}>Clear the filters</Button>
      </Empty>
    );
  }
  if (indexing) {
    return (
      <Empty icon={<Turning size={36} />} title="Looking at the first pictures">
        <p>They appear here as they are indexed. You can leave; the work goes on.</p>
      </Empty>
    );
  }
  return (
    <Empty icon={<ImageOff size={40} strokeWidth={1.5} />} title="No pictures in this dataset">
      <p>
        The folder held no picture that could be read. The rejected files say why; new files are
        found by indexing the folder again.
      </p>
      <div className="w-full text-left text-ink">
        <Code text={upCommand(source)} what="command" />
      </div>
    </Empty>
  );
}
