import { type PointerEvent, type ReactNode, useCallback, useEffect, useRef, useState } from 'react';
import { useSize } from '../../ui/size';
import { type Box, between, onPicture, SIDE_MIN } from './part';
import { confine, type Extent, pan, whole, type Zoom, zoomAt } from './zoom';

/** What the page tells the stage to do. */
export type Told = 'in' | 'out' | 'fit' | 'actual';

/** The picture, with zoom and pan by wheel, pinch, drag and keys. */
export function Stage({
  source,
  stand,
  picture,
  label,
  told,
  onFault,
  drawing = false,
  drawn = null,
  onDrawn,
  children,
}: {
  source: string;
  /** The thumbnail that stands in while the picture comes. */
  stand: string;
  picture: Extent;
  label: string;
  /** The last thing told; a new object is a new order. */
  told: { what: Told } | null;
  onFault: () => void;
  /** Whether dragging draws a box instead of moving the picture. */
  drawing?: boolean;
  /** The box that was drawn. */
  drawn?: Box | null;
  onDrawn?: ((box: Box | null) => void) | undefined;
  /**
   * What lies over the picture, in its pixels, as parts of an SVG; told how many pixels of the
   * screen one of them is.
   */
  children?: (scale: number) => ReactNode;
}) {
  const [ref, view] = useSize();
  /** Nothing means: whatever fits. */
  const [zoom, setZoom] = useState<Zoom | null>(null);
  const [loaded, setLoaded] = useState(false);
  const fingers = useRef(new Map<number, { x: number; y: number }>());
  /** The corner that drawing began at. */
  const corner = useRef<{ x: number; y: number } | null>(null);

  const now = zoom
    ? confine(zoom, picture, view)
    : view.width > 0
      ? whole(picture, view)
      : { scale: 0, x: 0, y: 0 };
  const latest = useRef(now);
  latest.current = now;

  const zoomBy = useCallback(
    (factor: number, point = { x: 0, y: 0 }) =>
      setZoom(zoomAt(latest.current, factor, point, picture, view)),
    [picture, view],
  );

  useEffect(() => {
    if (!told) return;
    if (told.what === 'in') zoomBy(1.5);
    else if (told.what === 'out') zoomBy(1 / 1.5);
    else if (told.what === 'fit') setZoom(null);
    else setZoom({ scale: 1, x: 0, y: 0 });
  }, [told, zoomBy]);

  const middle = useCallback(
    (at: { clientX: number; clientY: number }) => {
      const box = ref.current?.getBoundingClientRect();
      if (!box) return { x: 0, y: 0 };
      return {
        x: at.clientX - box.left - box.width / 2,
        y: at.clientY - box.top - box.height / 2,
      };
    },
    [ref],
  );

  // By hand, because React listens to the wheel passively and the page must not scroll along.
  useEffect(() => {
    const element = ref.current;
    if (!element) return;
    const onWheel = (event: WheelEvent) => {
      event.preventDefault();
      const step = event.deltaMode === 0 ? event.deltaY : event.deltaY * 20;
      zoomBy(Math.exp(-step / (event.ctrlKey ? 100 : 400)), middle(event));
    };
    element.addEventListener('wheel', onWheel, { passive: false });
    return () => element.removeEventListener('wheel', onWheel);
  }, [middle, ref, zoomBy]);

  const onPointerMove = (event: PointerEvent) => {
    const held = fingers.current;
    if (corner.current) {
      onDrawn?.(between(corner.current, onPicture(middle(event), latest.current, picture)));
      return;
    }
    const was = held.get(event.pointerId);
    if (!was) return;
    const is = middle(event);
    const other = [...held].find(([id]) => id !== event.pointerId)?.[1];
    held.set(event.pointerId, is);
    if (other) {
      const spread = (at: { x: number; y: number }) => Math.hypot(at.x - other.x, at.y - other.y);
      const between = { x: (is.x + other.x) / 2, y: (is.y + other.y) / 2 };
      zoomBy(spread(is) / Math.max(1, spread(was)), between);
    } else setZoom(pan(latest.current, is.x - was.x, is.y - was.y, picture, view));
  };
  const release = (event: PointerEvent) => {
    fingers.current.delete(event.pointerId);
    if (corner.current && (drawn?.width ?? 0) < SIDE_MIN && (drawn?.height ?? 0) < SIDE_MIN) {
      onDrawn?.(null);
    }
    corner.current = null;
  };

  const box = {
    width: picture.width * now.scale,
    height: picture.height * now.scale,
    transform: `translate(calc(-50% + ${now.x}px), calc(-50% + ${now.y}px))`,
    // Above twice the size a person wants to see pixels, not a blur.
    imageRendering: now.scale > 2 ? ('pixelated' as const) : ('auto' as const),
  };
  return (
    <div
      ref={ref}
      className={`relative size-full touch-none overflow-hidden select-none ${drawing ? 'cursor-crosshair' : 'cursor-grab active:cursor-grabbing'}`}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        if (drawing && fingers.current.size === 0) {
          corner.current = onPicture(middle(event), latest.current, picture);
          onDrawn?.(null);
        }
        fingers.current.set(event.pointerId, middle(event));
      }}
      onPointerMove={onPointerMove}
      onPointerUp={release}
      onPointerCancel={release}
      onDoubleClick={(event) =>
        drawing
          ? undefined
          : zoom === null
            ? zoomBy(1 / latest.current.scale, middle(event))
            : setZoom(null)
      }
    >
      {!loaded && (
        <img
          src={stand}
          alt=""
          draggable={false}
          className="absolute top-1/2 left-1/2 max-w-none"
          style={box}
        />
      )}
      <img
        src={source}
        alt={label}
        draggable={false}
        onLoad={() => setLoaded(true)}
        onError={onFault}
        className="absolute top-1/2 left-1/2 max-w-none"
        style={{ ...box, opacity: loaded ? 1 : 0 }}
      />
      {(children || drawn) && (
        <svg
          aria-hidden
          viewBox={`0 0 ${picture.width} ${picture.height}`}
          preserveAspectRatio="none"
          className="pointer-events-none absolute top-1/2 left-1/2 max-w-none overflow-visible"
          style={{ width: box.width, height: box.height, transform: box.transform }}
        >
          {now.scale > 0 && children?.(now.scale)}
          {drawn && (
            <>
              <path
                d={`M0 0H${picture.width}V${picture.height}H0ZM${drawn.x} ${drawn.y}v${drawn.height}h${drawn.width}v${-drawn.height}Z`}
                className="fill-scrim"
              />
              <rect
                {...drawn}
                fill="none"
                strokeWidth="2"
                vectorEffect="non-scaling-stroke"
                className="stroke-white"
              />
            </>
          )}
        </svg>
      )}
      <span className="pointer-events-none absolute right-3 bottom-3 rounded-full bg-scrim px-2 py-0.5 text-12 text-white">
        {Math.round(now.scale * 100)} %
      </span>
    </div>
  );
}
