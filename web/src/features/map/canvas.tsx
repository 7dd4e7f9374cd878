import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type PointerEvent, useCallback, useEffect, useRef, useState } from 'react';
import { get } from '../../api/client';
import type { Card } from '../../api/types';
import { useSize } from '../../ui/size';
import { typing } from '../../ui/typing';
import { colours } from './colours';
import { Plot, pinched, type Spot, toMap, type View, whole, zoomed } from './plot';
import type { Corner, Near, Points } from './points';
import type { Colouring } from './state';

export type Tool = 'lasso' | 'pan';

/** How far from a point the pointer may be, in pixels. */
const REACH = 9;
/** How far the pointer moves before the line gets another corner. */
const CORNER = 3;

/** The points themselves: drawing, moving, zooming, drawing around them, looking at one. */
export function Canvas({
  id,
  points,
  near,
  colouring,
  tool,
  fit,
  line,
  onLine,
}: {
  id: string;
  points: Points;
  near: Near;
  colouring: Colouring;
  tool: Tool;
  /** Changes when all is to be shown. */
  fit: number;
  line: readonly Corner[];
  onLine: (line: readonly Corner[]) => void;
}) {
  const [box, size] = useSize();
  const canvas = useRef<HTMLCanvasElement>(null);
  const plot = useRef<Plot | null>(null);
  const [broken, setBroken] = useState(false);
  const [view, setView] = useState<View | null>(null);
  const [hover, setHover] = useState<{ row: number; x: number; y: number } | null>(null);
  const drag = useRef<{ x: number; y: number; moved: boolean; tool: Tool } | null>(null);
  const drawn = useRef<Corner[]>([]);
  const fingers = useRef(new Map<number, Spot>());
  const navigate = useNavigate();

  // biome-ignore lint/correctness/useExhaustiveDependencies: `fit` only says when
  useEffect(() => {
    if (size.width > 0) setView(whole(size.width, size.height));
  }, [fit, size.width > 0]);

  useEffect(() => {
    const made = Plot.on(canvas.current as HTMLCanvasElement);
    plot.current = made;
    setBroken(made === null);
    return () => {
      made?.close();
      plot.current = null;
    };
  }, []);
  useEffect(() => plot.current?.put(points), [points]);
  useEffect(() => plot.current?.colour(colours(points, colouring)), [points, colouring]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: new points or colours are drawn too
  useEffect(() => {
    if (!view || size.width === 0) return;
    const element = canvas.current as HTMLCanvasElement;
    const ratio = window.devicePixelRatio || 1;
    const [width, height] = [Math.round(size.width * ratio), Math.round(size.height * ratio)];
    if (element.width !== width || element.height !== height) {
      element.width = width;
      element.height = height;
    }
    const frame = requestAnimationFrame(() =>
      plot.current?.draw(view, size.width, size.height, ratio),
    );
    return () => cancelAnimationFrame(frame);
  }, [view, size, points, colouring]);

  const zoom = useCallback(
    (x: number, y: number, factor: number) =>
      setView((was) => was && zoomed(was, size.width, size.height, x, y, factor)),
    [size],
  );
  useEffect(() => {
    const element = box.current as HTMLDivElement;
    // React's own listener could not keep the page from scrolling.
    const onWheel = (event: WheelEvent) => {
      event.preventDefault();
      const edge = element.getBoundingClientRect();
      zoom(event.clientX - edge.left, event.clientY - edge.top, Math.exp(-event.deltaY * 0.0016));
    };
    element.addEventListener('wheel', onWheel, { passive: false });
    return () => element.removeEventListener('wheel', onWheel);
  }, [box, zoom]);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (typing(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
      const [middleX, middleY] = [size.width / 2, size.height / 2];
      const move = (x: number, y: number) =>
        setView((was) => was && { ...was, x: was.x + x / was.scale, y: was.y + y / was.scale });
      if (event.key === '+' || event.key === '=') zoom(middleX, middleY, 1.4);
      else if (event.key === '-') zoom(middleX, middleY, 1 / 1.4);
      else if (event.key === '0') setView(whole(size.width, size.height));
      else if (event.key === 'ArrowLeft') move(-60, 0);
      else if (event.key === 'ArrowRight') move(60, 0);
      else if (event.key === 'ArrowUp') move(0, -60);
      else if (event.key === 'ArrowDown') move(0, 60);
      else if (event.key === 'Escape') onLine([]);
      else return;
      event.preventDefault();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [onLine, size, zoom]);

  const place = (event: PointerEvent) => {
    const edge = (box.current as HTMLDivElement).getBoundingClientRect();
    return [event.clientX - edge.left, event.clientY - edge.top] as const;
  };
  /** Shows the picture whose point is there. */
  const look = (from: View, x: number, y: number) => {
    const [mapX, mapY] = toMap(from, size.width, size.height, x, y);
    const row = near.find(mapX, mapY, REACH / from.scale);
    setHover(row === null ? null : { row, x, y });
  };
  const onPointerDown = (event: PointerEvent) => {
    if (event.button > 1 || !view) return;
    const [x, y] = place(event);
    event.currentTarget.setPointerCapture(event.pointerId);
    fingers.current.set(event.pointerId, { x, y });
    if (fingers.current.size > 1) {
      // The first finger began a line that was not meant as one.
      if (drag.current?.moved && drag.current.tool === 'lasso') onLine([]);
      drag.current = null;
      return;
    }
    // The middle button and the space between tools: whichever is not chosen, with Shift.
    const used = event.button === 1 || event.shiftKey !== (tool === 'pan') ? 'pan' : 'lasso';
    drag.current = { x, y, moved: false, tool: used };
    drawn.current = [toMap(view, size.width, size.height, x, y)];
  };
  const onPointerMove = (event: PointerEvent) => {
    if (!view) return;
    const [x, y] = place(event);
    const was = fingers.current.get(event.pointerId);
    const other = [...fingers.current].find(([id]) => id !== event.pointerId)?.[1];
    if (was) fingers.current.set(event.pointerId, { x, y });
    if (was && other) {
      setView(pinched(view, size.width, size.height, [was, other], [{ x, y }, other]));
      return;
    }
    const held = drag.current;
    if (!held) {
      if (!was) look(view, x, y);
      return;
    }
    if (Math.hypot(x - held.x, y - held.y) < CORNER) return;
    if (held.tool === 'pan') {
      setView({
        ...view,
        x: view.x - (x - held.x) / view.scale,
        y: view.y - (y - held.y) / view.scale,
      });
    } else {
      drawn.current.push(toMap(view, size.width, size.height, x, y));
      onLine([...drawn.current]);
    }
    drag.current = { x, y, moved: true, tool: held.tool };
    setHover(null);
  };
  const onPointerUp = (event: PointerEvent) => {
    const held = drag.current;
    drag.current = null;
    fingers.current.delete(event.pointerId);
    if (!held || held.moved) return;
    if (line.length > 0) onLine([]);
    // A finger cannot hover, so a tap looks.
    else if (event.pointerType === 'touch' && view) look(view, ...place(event));
  };
  const shown = useQuery({
    queryKey: ['dataset', id, 'map', 'picture', hover?.row],
    queryFn: ({ signal }) => get<Card>(`/dataset/${id}/map/${hover?.row}`, {}, signal),
    enabled: hover !== null,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const card = hover ? shown.data : undefined;
  const outline =
    view &&
    line
      .map(([x, y]) => [
        (x - view.x) * view.scale + size.width / 2,
        (y - view.y) * view.scale + size.height / 2,
      ])
      .join(' ');
  return (
    <div
      ref={box}
      role="img"
      aria-label={`Map of ${points.count} pictures; the grid shows the same pictures as a list`}
      className={`absolute inset-0 touch-none overflow-hidden ${tool === 'pan' ? 'cursor-grab active:cursor-grabbing' : 'cursor-crosshair'}`}
      onPointerDown={onPointerDown}
      onPointerMove={onPointerMove}
      onPointerUp={onPointerUp}
      onPointerCancel={(event) => {
        drag.current = null;
        fingers.current.delete(event.pointerId);
      }}
      onPointerLeave={(event) => event.pointerType !== 'touch' && setHover(null)}
      onDoubleClick={() => {
        if (card) {
          navigate({
            to: '/dataset/$id/data/image/$mediaId',
            params: { id, mediaId: card.media_id },
          });
        }
      }}
    >
      <canvas ref={canvas} className="absolute inset-0 size-full" />
      {broken && (
        <p className="p-4 text-13 text-soft">
          This browser has no WebGL, which the map is drawn with. The clusters show the same
          neighbourhoods as a list.
        </p>
      )}
      {outline && line.length > 1 && (
        <svg className="pointer-events-none absolute inset-0 size-full" aria-hidden>
          <polygon
            points={outline}
            className="fill-accent/15 stroke-accent"
            strokeWidth={1.5}
            strokeLinejoin="round"
          />
        </svg>
      )}
      {hover && card && (
        <div
          className="pointer-events-none absolute z-10 w-44 overflow-hidden rounded-card bg-raised shadow-popup"
          style={{
            left: Math.min(hover.x + 14, Math.max(0, size.width - 190)),
            top: Math.min(hover.y + 14, Math.max(0, size.height - 190)),
          }}
        >
          <img
            src={card.media_thumb_uri}
            alt=""
            className="aspect-[4/3] w-full object-contain"
            style={{ backgroundColor: card.measures.mean_colour }}
          />
          <p dir="auto" className="truncate px-2 py-1 text-left text-12">
            {card.original_uri.slice(card.original_uri.lastIndexOf('/') + 1)}
          </p>
        </div>
      )}
    </div>
  );
}
