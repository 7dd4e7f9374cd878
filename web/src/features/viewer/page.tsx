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
import { number } from '../../format';
import { Empty, Reading } from '../../ui/bits';
import { Button, buttonLook, IconButton } from '../../ui/button';
import { Fault } from '../../ui/error';
import { useTitle } from '../../ui/title';
import { typing } from '../../ui/typing';
import { MediaDetails } from '../explore/details';
import { Mark } from '../shell/mark';
import { useNeighbours } from './neighbours';
import { Shown } from './shown';
import type { Told } from './stage';

const FROM = '/dataset/$id/data/image/$mediaId';

const KEYS: Record<string, Told> = { '+': 'in', '=': 'in', '-': 'out', 0: 'fit', 1: 'actual' };

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
          <>
            <Fault what="The picture could not be read" cause={error} onRetry={() => refetch()} />
            <Button className="mt-4" onClick={close}>
              <ArrowLeft size={15} aria-hidden /> Back to the pictures
            </Button>
          </>
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
