import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { Hand, Lasso, Maximize, Scan, X } from 'lucide-react';
import { useCallback, useEffect, useMemo, useState } from 'react';
import { getBytes, isMaking } from '../../api/client';
import * as ask from '../../api/queries';
import { duration, number, plural } from '../../format';
import { Choice, Empty, Segments, Turning } from '../../ui/bits';
import { Button, buttonLook, IconButton } from '../../ui/button';
import { Fault } from '../../ui/error';
import { LevelSlider } from '../explore/level';
import { type Explore, filterOf, LEVEL, refine, unranked } from '../explore/state';
import { Canvas, type Tool } from './canvas';
import { legend } from './colours';
import { areaText, type Corner, countIn, Near, simplified, unpack, WANTED } from './points';
import { COLOURINGS, type MapState } from './state';

/** Whether the filter asks for just this. */
const holds = (state: MapState, filter: Partial<Explore>) =>
  Object.entries(filter).every(
    ([name, value]) => String(state[name as keyof Explore]) === String(value),
  );

const emptied = (filter: Partial<Explore>): Partial<Explore> =>
  Object.fromEntries(Object.keys(filter).map((name) => [name, undefined]));

/** Corners of a lasso that travel in an address. */
const CORNERS = 90;

export function MapPage() {
  const { id } = useParams({ from: '/frame/dataset/$id/map' });
  const state = useSearch({ from: '/frame/dataset/$id/map' });
  const navigate = useNavigate({ from: '/dataset/$id/map' });
  const level = state.level ?? LEVEL.usual;
  // A search ranks pictures, which places on a map cannot show.
  const filter = filterOf(unranked(state));
  const filtered = Object.values(filter).some((value) => value !== undefined);
  const asked = useQuery({
    queryKey: ['dataset', id, 'map', level, filter],
    queryFn: async ({ signal }) =>
      unpack(await getBytes(`/dataset/${id}/map`, { ...filter, level }, signal)),
    // It is drawn on first ask, which takes its time.
    retry: (count, cause) => (isMaking(cause) ? count < 400 : count < 2),
    // A small map is there at once; a large one is asked after less and less often.
    retryDelay: (count) => Math.min(3_000, 250 * 1.5 ** count),
    staleTime: 60_000,
    placeholderData: (before) => before,
  });
  const points = asked.data;
  const near = useMemo(() => (points ? new Near(points) : null), [points]);
  const [tool, setTool] = useState<Tool>('lasso');
  const [line, setLine] = useState<readonly Corner[]>([]);
  const [fit, setFit] = useState(0);
  const by = state.colour ?? 'cluster';
  const { data: facets } = useQuery({ ...ask.facets(id, filter), placeholderData: (was) => was });
  // Of the whole dataset, as the numbers on the map are.
  const { data: clusters } = useQuery({
    ...ask.clusters(id, level, {}, 0),
    enabled: by === 'cluster',
  });
  const rows = useMemo(
    () => (points ? legend(points, by, facets, clusters?.clusters) : []),
    [points, by, facets, clusters],
  );
  const set = useCallback(
    (change: Partial<MapState>) =>
      navigate({
        to: '/dataset/$id/map',
        params: { id },
        search: (was) => ({ ...was, ...change }),
        replace: true,
      }),
    [id, navigate],
  );
  const caught = useMemo(
    () => (points && line.length > 2 ? countIn(points, line) : null),
    [points, line],
  );
  const passing = useMemo(
    () => points?.flags.reduce((sum, flags) => sum + (flags & WANTED ? 1 : 0), 0) ?? 0,
    [points],
  );
  return (
    <main className="flex h-full flex-col">
      <div className="flex min-h-11 shrink-0 flex-wrap items-center gap-2 border-b border-line px-3 py-1.5">
        <h2 className="font-semibold max-sm:sr-only">Map</h2>
        {points && (
          <span className="text-13 text-soft max-sm:hidden" aria-live="polite">
            {filtered
              ? `${number(passing)} of ${plural(points.count, 'picture')}`
              : plural(points.count, 'picture')}
          </span>
        )}
        {filtered && (
          <Button
            look="quiet"
            className="h-7! px-2!"
            onClick={() =>
              navigate({
                to: '/dataset/$id/map',
                params: { id },
                search: { level: state.level, colour: state.colour },
              })
            }
          >
            <X size={14} aria-hidden /> Clear the filters
          </Button>
        )}
        <span className="grow" />
        <Choice
          label="Colour by"
          value={by}
          options={COLOURINGS}
          onChange={(colour) => set({ colour: colour === 'cluster' ? undefined : colour })}
        />
        {by === 'cluster' && <LevelSlider level={level} onLevel={(to) => set({ level: to })} />}
        <Segments
          label="Tool"
          value={tool}
          options={[
            ['lasso', <Lasso key="i" size={15} aria-hidden />, 'Lasso'],
            ['pan', <Hand key="i" size={15} aria-hidden />, 'Move'],
          ]}
          onChange={setTool}
        />
        <IconButton label="Show all" onClick={() => setFit((times) => times + 1)}>
          <Maximize size={16} />
        </IconButton>
      </div>
      <div className="relative min-h-0 grow bg-ground">
        {points && points.count > 0 && near && (
          <Canvas
            id={id}
            points={points}
            near={near}
            colouring={by}
            tool={tool}
            fit={fit}
            line={line}
            onLine={setLine}
          />
        )}
        {points?.count === 0 && (
          <Empty icon={<Scan size={40} strokeWidth={1.5} />} title="Nothing to map yet">
            <p>
              Once the dataset is indexed, every picture is a point here, near those that look like
              it.
            </p>
          </Empty>
        )}
        {!points && (asked.isPending || isMaking(asked.error)) && (
          <Empty icon={<Turning size={36} />} title="Drawing the map">
            <p>
              All pictures are laid out once for each state of the dataset; from then on the map
              opens at once. It takes from seconds to minutes, by how many they are and how busy the
              machine is. You can leave meanwhile.
            </p>
            <Waited />
          </Empty>
        )}
        {!points && asked.error && !isMaking(asked.error) && (
          <div className="p-4">
            <Fault
              what="The map could not be read"
              cause={asked.error}
              onRetry={() => asked.refetch()}
            />
          </div>
        )}
        {points && points.count > 0 && (
          <ul
            aria-label="Legend"
            // So that arrow keys scroll it.
            tabIndex={0}
            className="absolute top-3 right-3 max-h-[60%] max-w-[220px] overflow-y-auto rounded-card border border-line bg-raised/95 py-1.5 text-12 max-sm:inset-x-0 max-sm:top-0 max-sm:flex max-sm:max-w-full max-sm:overflow-x-auto max-sm:rounded-none max-sm:border-x-0 max-sm:border-t-0 max-sm:[&>li]:max-w-[70%] max-sm:[&>li]:shrink-0"
          >
            {rows.map((row) => {
              const look = (
                <>
                  <span
                    className="size-2.5 shrink-0 rounded-full"
                    style={{ backgroundColor: row.colour }}
                    aria-hidden
                  />
                  <span dir="auto" className="min-w-0 grow truncate text-left">
                    {row.text}
                  </span>
                  {row.count !== null && <span className="text-soft">{number(row.count)}</span>}
                </>
              );
              const shape = 'flex h-6 w-full items-center gap-2 px-3 text-left';
              const on = row.filter && holds(state, row.filter);
              return (
                <li key={row.key}>
                  {row.filter ? (
                    <Link
                      to="/dataset/$id/map"
                      params={{ id }}
                      search={{
                        ...refine(state, on ? emptied(row.filter) : row.filter),
                        colour: state.colour,
                      }}
                      aria-current={on ? 'true' : undefined}
                      title={on ? 'Show all again' : `Only: ${row.text}`}
                      className={`${shape} hover:bg-hover aria-[current]:bg-accent-wash aria-[current]:font-semibold aria-[current]:text-accent-ink`}
                    >
                      {look}
                    </Link>
                  ) : (
                    <span className={shape}>{look}</span>
                  )}
                </li>
              );
            })}
          </ul>
        )}
      </div>
      <div className="flex min-h-11 shrink-0 flex-wrap items-center gap-2 border-t border-line px-3 py-1">
        {caught === null ? (
          <span className="text-13 text-soft">
            Draw around points to see their pictures. The wheel, or two fingers, zoom; like pictures
            lie near by, far distances mean little.
          </span>
        ) : (
          <>
            <span className="text-13" aria-live="polite">
              {plural(caught, 'picture')} within the line
            </span>
            {caught > 0 && (
              <Link
                to="/dataset/$id/data"
                params={{ id }}
                search={refine(state, {
                  area: areaText(simplified(line, CORNERS)),
                  view: undefined,
                })}
                className={`${buttonLook('primary')} h-8!`}
              >
                Show them in the grid
              </Link>
            )}
            <Button className="h-8!" onClick={() => setLine([])}>
              Forget the line
            </Button>
          </>
        )}
      </div>
    </main>
  );
}

/** How long the map has been waited for, once that is worth telling. */
function Waited() {
  const [seconds, setSeconds] = useState(0);
  useEffect(() => {
    const each = setInterval(() => setSeconds((so) => so + 1), 1000);
    return () => clearInterval(each);
  }, []);
  return seconds < 3 ? null : (
    <p className="text-13">{seconds < 60 ? `${seconds} s` : duration(seconds)} so far</p>
  );
}
