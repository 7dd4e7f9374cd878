import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import {
  ArrowLeft,
  BoxSelect,
  ChevronLeft,
  ChevronRight,
  Download,
  Info,
  Maximize,
  ScanSearch,
  SquareDashedMousePointer,
  ZoomIn,
  ZoomOut,
} from 'lucide-react';
import { useCallback, useEffect, useState } from 'react';
import { ApiError } from '../../api/client';
import * as ask from '../../api/queries';
import type { Media } from '../../api/types';
import { number } from '../../format';
import { Empty, Reading, Turning } from '../../ui/bits';
import { Button, buttonLook, IconButton } from '../../ui/button';
import { Fault } from '../../ui/error';
import { useTitle } from '../../ui/title';
import { sayFault } from '../../ui/toast';
import { typing } from '../../ui/typing';
import { MediaDetails } from '../explore/details';
import { useVersion } from '../explore/listing';
import { recentParts } from '../explore/parts';
import { recentResult } from '../explore/result';
import { useSearchWith } from '../explore/search-box';
import { filterOf, resultKey } from '../explore/state';
import { Mark } from '../shell/mark';
import { Boxes } from './boxes';
import { type Box, cutOut } from './part';
import { Stage, type Told } from './stage';

/** Neighbours shown on each side in the strip. */
const REACH = 8;
const FROM = '/dataset/$id/data/image/$mediaId';

const KEYS: Record<string, Told> = { '+': 'in', '=': 'in', '-': 'out', 0: 'fit', 1: 'actual' };

/** The pictures, or boxes, before and after this one in the result it was opened from. */
function useNeighbours(id: string, mediaId: string) {
  const state = useSearch({ from: FROM });
  const { at } = state;
  const key = resultKey(state);
  const { sort } = state;
  const result =
    state.view === 'objects'
      ? recentParts(id, state)
      : recentResult(id, { ...filterOf(state), sort }, key);
  useVersion(result);
  useEffect(() => {
    if (at !== undefined) result.pages.want(Math.max(0, at - REACH), at + REACH);
  }, [at, result]);
  const { total } = result;
  if (at === undefined || total === null || result.item(at)?.id !== mediaId) return null;
  const items = [];
  for (let index = Math.max(0, at - REACH); index <= Math.min(total - 1, at + REACH); index += 1) {
    const item = result.item(index);
    if (item) items.push(item);
  }
  return { at, total, items };
}

export function PicturePage() {
  const { id, mediaId } = useParams({ from: FROM });
  const state = useSearch({ from: FROM });
  const navigate = useNavigate({ from: FROM });
  const { data: media, error, refetch } = useQuery(ask.media(id, mediaId));
  const neighbours = useNeighbours(id, mediaId);
  const [told, setTold] = useState<{ what: Told } | null>(null);
  const [details, setDetails] = useState(() => window.innerWidth >= 900);
  const [drawing, setDrawing] = useState(false);
  const [boxes, setBoxes] = useState(true);
  const name = media?.original_uri.slice(media.original_uri.lastIndexOf('/') + 1);
  useTitle(name);

  const go = useCallback(
    (step: number) => {
      const next = neighbours?.items.find((one) => one.index === neighbours.at + step);
      if (!next) return;
      navigate({
        to: FROM,
        params: { id, mediaId: next.id },
        search: (was) => ({ ...was, at: next.index, box: next.part?.id }),
        replace: true,
      });
    },
    [id, navigate, neighbours],
  );
  const close = useCallback(
    () =>
      navigate({
        to: '/dataset/$id/data',
        params: { id },
        search: { ...state, box: undefined },
        replace: true,
      }),
    [id, navigate, state],
  );

  const similar = useCallback(
    () =>
      navigate({
        to: '/dataset/$id/data',
        params: { id },
        search: { like: [`media:${mediaId}`] },
      }),
    [id, mediaId, navigate],
  );

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
      const what = KEYS[event.key];
      if (what) setTold({ what });
      else if (event.key === 'ArrowLeft') go(-1);
      else if (event.key === 'ArrowRight') go(1);
      else if (event.key === 'i') setDetails((open) => !open);
      else if (event.key === 's') similar();
      else if (event.key === 'r') setDrawing((on) => !on);
      else if (event.key === 'b') setBoxes((on) => !on);
      else if (event.key === 'Escape') {
        // One step back: out of drawing first.
        if (drawing) setDrawing(false);
        else close();
      } else return;
      event.preventDefault();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [close, drawing, go, similar]);

  // The next ones are asked for before they are wanted.
  useEffect(() => {
    for (const step of [1, -1]) {
      const next = neighbours?.items.find((one) => one.index === neighbours.at + step);
      if (next) new Image().src = next.part?.source ?? ask.thumbnail(id, next.id, next.v);
    }
  }, [id, neighbours]);

  if (error) {
    const gone = error instanceof ApiError && error.status === 404;
    return (
      <main className="p-6">
        {gone ? (
          <Empty icon={<Mark size={40} />} alone title="There is no such picture">
            <p>Its file is gone since the last indexing, or the address is cut short.</p>
            <Link to="/dataset/$id/data" params={{ id }} className={buttonLook()}>
              All pictures
            </Link>
          </Empty>
        ) : (
          <Fault what="The picture could not be read" cause={error} onRetry={() => refetch()} />
        )}
      </main>
    );
  }
  const last = neighbours && neighbours.at >= neighbours.total - 1;
  return (
    <main className="flex h-dvh flex-col">
      <header className="flex h-12 shrink-0 items-center gap-1 border-b border-line px-2">
        <IconButton label="Back to the pictures" onClick={close}>
          <ArrowLeft size={18} />
        </IconButton>
        <h1
          dir="auto"
          className="min-w-0 grow truncate text-left text-14 font-semibold"
          title={media?.original_uri}
        >
          {name ?? <span className="sr-only">Picture</span>}
        </h1>
        {neighbours && (
          <span className="px-2 text-12 text-soft max-sm:hidden">
            {number(neighbours.at + 1)} of {number(neighbours.total)}
          </span>
        )}
        <Button
          look="quiet"
          className="px-2!"
          onClick={similar}
          title="Find pictures like this one"
        >
          <ScanSearch size={17} aria-hidden />
          <span className="max-md:sr-only">Find similar</span>
        </Button>
        <IconButton
          label="Search with a part: draw a box"
          aria-pressed={drawing}
          onClick={() => setDrawing((on) => !on)}
        >
          <SquareDashedMousePointer size={17} />
        </IconButton>
        {(media?.objects?.length ?? 0) > 0 && (
          <IconButton label="Boxes" aria-pressed={boxes} onClick={() => setBoxes((on) => !on)}>
            <BoxSelect size={17} />
          </IconButton>
        )}
        <span className="flex max-sm:hidden">
          <IconButton label="Smaller" onClick={() => setTold({ what: 'out' })}>
            <ZoomOut size={17} />
          </IconButton>
          <IconButton label="Larger" onClick={() => setTold({ what: 'in' })}>
            <ZoomIn size={17} />
          </IconButton>
          <IconButton label="Fit to the window" onClick={() => setTold({ what: 'fit' })}>
            <Maximize size={16} />
          </IconButton>
        </span>
        <a
          href={ask.original(id, mediaId)}
          download={name}
          aria-label="Download the original file"
          title="Download the original file"
          className="inline-flex size-8 items-center justify-center rounded-control text-soft hover:bg-hover hover:text-ink"
        >
          <Download size={17} />
        </a>
        <IconButton
          label="Details"
          aria-pressed={details}
          onClick={() => setDetails((open) => !open)}
        >
          <Info size={17} />
        </IconButton>
      </header>
      <div className="relative flex min-h-0 grow">
        <div className="relative min-w-0 grow bg-ground">
          {!media && (
            <div className="p-4">
              <Reading what="the picture" />
            </div>
          )}
          {media && (
            <Shown
              key={mediaId}
              id={id}
              media={media}
              told={told}
              drawing={drawing}
              boxes={boxes}
              box={state.box}
              onEnd={() => setDrawing(false)}
            />
          )}
          {neighbours && neighbours.at > 0 && (
            <Step side="left" label="Previous picture" onClick={() => go(-1)} />
          )}
          {neighbours && !last && <Step side="right" label="Next picture" onClick={() => go(1)} />}
        </div>
        {details && (
          <aside
            aria-label="Details"
            className="w-80 max-w-full shrink-0 overflow-y-auto border-l border-line bg-canvas p-4 max-md:absolute max-md:inset-x-0 max-md:bottom-0 max-md:max-h-[60%] max-md:w-full max-md:rounded-t-card max-md:border-t max-md:border-l-0 max-md:shadow-popup"
          >
            <MediaDetails id={id} mediaId={mediaId} />
          </aside>
        )}
      </div>
      {neighbours && neighbours.total > 1 && (
        <nav
          aria-label="Neighbours"
          className="flex h-16 shrink-0 items-center justify-center gap-0.5 overflow-hidden border-t border-line px-2"
        >
          {neighbours.items.map((one) => (
            <Link
              key={one.index}
              to={FROM}
              params={{ id, mediaId: one.id }}
              search={{ ...state, at: one.index, box: one.part?.id }}
              replace
              aria-label={`${one.part ? 'Box' : 'Picture'} ${number(one.index + 1)}`}
              aria-current={one.index === neighbours.at ? 'true' : undefined}
              className={`size-12 shrink-0 overflow-hidden rounded-tile ${one.index === neighbours.at ? 'outline-3 -outline-offset-3 outline-accent' : 'opacity-70 hover:opacity-100'}`}
              style={{ backgroundColor: one.colour }}
            >
              <img
                src={one.part?.source ?? ask.thumbnail(id, one.id, one.v)}
                alt=""
                className="size-full object-cover"
              />
            </Link>
          ))}
        </nav>
      )}
    </main>
  );
}

function Shown({
  id,
  media,
  told,
  drawing,
  boxes,
  box,
  onEnd,
}: {
  id: string;
  media: Media;
  told: { what: Told } | null;
  drawing: boolean;
  boxes: boolean;
  /** The box that was opened. */
  box: string | undefined;
  onEnd: () => void;
}) {
  const [broken, setBroken] = useState(false);
  const [part, setPart] = useState<Box | null>(null);
  const { search, sending } = useSearchWith(id);
  useEffect(() => {
    if (!drawing) setPart(null);
  }, [drawing]);
  // Orders given for the picture before are not for this one.
  const [before] = useState(told);
  const thumbnail = media.media_thumb_uri;
  const full =
    media.displayable === false
      ? ask.viewable(id, media.media_id)
      : ask.original(id, media.media_id);
  return (
    <>
      <Stage
        source={broken ? thumbnail : full}
        stand={thumbnail}
        picture={media}
        label={media.original_uri}
        told={told === before ? null : told}
        onFault={() => setBroken(true)}
        drawing={drawing}
        drawn={drawing ? part : null}
        onDrawn={setPart}
      >
        {(scale) =>
          boxes &&
          !drawing &&
          media.objects &&
          media.objects.length > 0 && (
            <Boxes boxes={media.objects} picture={media} scale={scale} chosen={box} />
          )
        }
      </Stage>
      {drawing && (
        <div className="absolute inset-x-0 top-3 mx-auto flex w-fit max-w-[90%] flex-wrap items-center gap-2 rounded-card bg-raised px-3 py-2 text-13 shadow-popup">
          {part ? (
            <>
              <span className="text-soft">
                {number(part.width)} × {number(part.height)} px
              </span>
              <Button
                look="primary"
                disabled={sending}
                onClick={async () => {
                  try {
                    await search(await cutOut(broken ? thumbnail : full, media, part));
                  } catch (cause) {
                    sayFault('The part could not be searched with', cause);
                  }
                }}
              >
                {sending ? <Turning /> : <ScanSearch size={15} aria-hidden />} Find what is like
                this part
              </Button>
            </>
          ) : (
            <span>Draw a box around what you look for</span>
          )}
          <Button look="quiet" onClick={onEnd}>
            Cancel
          </Button>
        </div>
      )}
      {broken && (
        <p className="absolute inset-x-0 bottom-3 mx-auto w-fit max-w-[90%] rounded-control bg-scrim px-3 py-1.5 text-13 text-white">
          This browser cannot show {media.format.toUpperCase()} files; here is the thumbnail. The
          original can be downloaded.
        </p>
      )}
    </>
  );
}

function Step({
  side,
  label,
  onClick,
}: {
  side: 'left' | 'right';
  label: string;
  onClick: () => void;
}) {
  const Icon = side === 'left' ? ChevronLeft : ChevronRight;
  return (
    <button
      type="button"
      aria-label={label}
      onClick={onClick}
      className={`absolute top-1/2 flex size-10 -translate-y-1/2 items-center justify-center rounded-full bg-scrim text-white hover:bg-black ${side === 'left' ? 'left-3' : 'right-3'}`}
    >
      <Icon size={22} aria-hidden />
    </button>
  );
}
