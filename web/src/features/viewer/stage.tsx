import {
  type PointerEvent,
  useCallback,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
} from 'react';
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
}: {
  source: string;
  /** The thumbnail that stands in while the picture comes. */
  stand: string;
  picture: Extent;
  label: string;
  /** The last thing told; a new object is a new order. */
  told: { what: Told } | null;
  onFault: () => void;
}) {
  const ref = useRef<HTMLDivElement>(null);
  const [view, setView] = useState<Extent>({ width: 0, height: 0 });
  /** Nothing means: whatever fits. */
  const [zoom, setZoom] = useState<Zoom | null>(null);
  const [loaded, setLoaded] = useState(false);
  const fingers = useRef(new Map<number, { x: number; y: number }>());

  useLayoutEffect(() => {
    const element = ref.current;
    if (!element) return;
    const read = () => setView({ width: element.clientWidth, height: element.clientHeight });
    read();
    const watch = new ResizeObserver(read);
    watch.observe(element);
    return () => watch.disconnect();
  }, []);

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

  const middle = useCallback((at: { clientX: number; clientY: number }) => {
    const box = ref.current?.getBoundingClientRect();
    if (!box) return { x: 0, y: 0 };
    return {
      x: at.clientX - box.left - box.width / 2,
      y: at.clientY - box.top - box.height / 2,
    };
  }, []);

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
  }, [middle, zoomBy]);

  const onPointerMove = (event: PointerEvent) => {
    const held = fingers.current;
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
  const release = (event: PointerEvent) => fingers.current.delete(event.pointerId);

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
      className="relative size-full cursor-grab touch-none overflow-hidden select-none active:cursor-grabbing"
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        fingers.current.set(event.pointerId, middle(event));
      }}
      onPointerMove={onPointerMove}
      onPointerUp={release}
      onPointerCancel={release}
      onDoubleClick={(event) =>
        zoom === null ? zoomBy(1 / latest.current.scale, middle(event)) : setZoom(null)
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
      <span className="pointer-events-none absolute right-3 bottom-3 rounded-full bg-scrim px-2 py-0.5 text-12 text-white">
        {Math.round(now.scale * 100)} %
      </span>
    </div>
  );
}
