/** What every grid of tiles has: their size, its slider and keys, and a place for faults. */
import { useNavigate } from '@tanstack/react-router';
import { type ReactNode, useCallback, useEffect } from 'react';
import { command } from '../../grid/keys';
import { Reading } from '../../ui/bits';
import { typing } from '../../ui/typing';
import { type Explore, SIZE } from './state';

const STEP = 16;
/** Narrower than this is a phone, where the usual tile would leave two columns to look over. */
const PHONE_PX = 480;
const PHONE_COLUMNS = 3;

/** Changes how things are shown, not what: Back does not undo it step by step. */
export function useShown(id: string) {
  const navigate = useNavigate({ from: '/dataset/$id/data' });
  return useCallback(
    (change: Partial<Explore>) =>
      navigate({
        to: '/dataset/$id/data',
        params: { id },
        search: (was) => ({ ...was, ...change }),
        replace: true,
        resetScroll: false,
      }),
    [id, navigate],
  );
}

/** The size of tiles as the address says it, and ways to change what stands there. */
export function useTiles(id: string, state: Explore) {
  const size = state.size ?? SIZE.usual;
  const set = useShown(id);
  const sideFor = useCallback(
    (width: number) =>
      width < PHONE_PX ? Math.min(size, Math.round((width - 4) / PHONE_COLUMNS)) : size,
    [size],
  );
  const onRest = useCallback((at: number) => set({ at: at === 0 ? undefined : at }), [set]);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (typing(event.target)) return;
      const told = command(event)?.do;
      if (told === 'bigger') set({ size: Math.min(SIZE.max, size + STEP) });
      else if (told === 'smaller') set({ size: Math.max(SIZE.min, size - STEP) });
      else return;
      event.preventDefault();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [set, size]);
  return { size, set, sideFor, onRest };
}

export function SizeSlider({ size, onSize }: { size: number; onSize: (size: number) => void }) {
  return (
    <input
      type="range"
      aria-label="Tile size"
      min={SIZE.min}
      max={SIZE.max}
      step={8}
      value={size}
      onChange={(event) => onSize(Number(event.target.value))}
      className="range w-[72px] shrink-0 sm:w-[120px]"
    />
  );
}

/** A grid, or what is said in its place, over its bar; a fault lies over what is there already. */
export function GridArea({
  fault,
  waits,
  bar,
  children,
}: {
  fault: ReactNode;
  /** What is being read, where nothing of it is there yet. */
  waits: string | null;
  bar: ReactNode;
  children: ReactNode;
}) {
  return (
    <div className="flex min-w-0 grow flex-col">
      <div className="relative min-h-0 grow bg-ground">
        {fault && <div className="absolute inset-x-4 top-4 z-10">{fault}</div>}
        {waits && !fault && (
          <div className="absolute inset-x-4 top-4">
            <Reading what={waits} />
          </div>
        )}
        {children}
      </div>
      {bar}
    </div>
  );
}
