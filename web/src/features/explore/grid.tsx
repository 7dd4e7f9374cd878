import {
  type KeyboardEvent,
  type MouseEvent,
  memo,
  useCallback,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
} from 'react';
import { flushSync } from 'react-dom';
import { GAP, type Geometry, vertical, visibleRows } from '../../grid/geometry';
import { useHandedOn } from '../../grid/hand-on';
import { command, type Move } from '../../grid/keys';
import * as scrolling from '../../grid/scroll';
import { has, mark, type Selection, toggle } from '../../grid/selection';
import { useSize } from '../../ui/size';
import { type Listing, useVersion } from './listing';
import { Tile } from './tile';

/** Faster than a view in this time nobody sees pictures, so none are fetched. */
const FAST_MS = 100;
/** Scrolling that paused this long has come to rest. */
const REST_MS = 120;
/** Padding round the tiles, in pixels. */
const EDGE = 8;

interface Drawn {
  readonly first: number;
  readonly last: number;
  readonly offset: number;
  /** Slow enough to show pictures. */
  readonly still: boolean;
}

const NOTHING_DRAWN: Drawn = { first: 0, last: -1, offset: 0, still: true };

const nothing = () => {};

export interface GridProps {
  /** What is in it, for screen readers. */
  readonly name?: string;
  readonly datasetId: string;
  readonly result: Listing;
  /** The geometry for a width; changes when tile size, layout or total change. */
  readonly geometryFor: (width: number) => Geometry;
  readonly selection: Selection;
  /** Nothing where items cannot be selected. */
  readonly onSelect: ((selection: Selection) => void) | null;
  readonly onOpen: (index: number) => void;
  readonly onFocus: (index: number) => void;
  readonly hrefOf: (index: number) => string;
  /** Where to begin; read when the grid is made. */
  readonly begin: number;
  /** Told the first picture on the screen, when the scrolling rests. */
  readonly onRest: (index: number) => void;
}

export function Grid(props: GridProps) {
  const { result, geometryFor, selection, begin } = props;
  const [ref, size] = useSize();
  useHandedOn(ref);
  const width = Math.max(0, size.width - 2 * EDGE);
  const [geometry, setGeometry] = useState<Geometry | null>(null);
  useLayoutEffect(() => {
    if (width > 0) setGeometry(geometryFor(width));
  }, [geometryFor, width]);

  const version = useVersion(result);
  const [drawn, setDrawn] = useState(NOTHING_DRAWN);
  const latest = useRef(NOTHING_DRAWN);
  const [focus, setFocus] = useState(begin);
  const [held, setHeld] = useState(false);
  const scroll = useRef<scrolling.Scroll>({ bar: 0, content: 0 });
  /** The picture that stays where it is when everything is laid out anew. */
  const anchor = useRef({ index: begin, below: 0 });
  /** Where a range begins. */
  const origin = useRef(begin);
  /** When the last scrolling was. */
  const scrolled = useRef(0);
  const resting = useRef<ReturnType<typeof setTimeout>>(undefined);
  const { onRest } = props;
  const onSelect = props.onSelect ?? nothing;

  const draw = useCallback(
    (still: boolean, far = false) => {
      if (!geometry) return;
      const { content } = scroll.current;
      const rows = visibleRows(geometry, content - EDGE, size.height, size.height / 2);
      const offset = scrolling.offset(scroll.current);
      const was = latest.current;
      const next = { ...rows, offset, still };
      if (
        was.first !== next.first ||
        was.last !== next.last ||
        was.offset !== offset ||
        was.still !== still
      ) {
        latest.current = next;
        if (far) flushSync(() => setDrawn(next));
        else setDrawn(next);
      }
      if (!far && rows.last >= rows.first) {
        result.pages.want(
          geometry.rowStart(rows.first),
          Math.max(geometry.rowStart(rows.last + 1) - 1, geometry.rowStart(rows.first)),
        );
      }
    },
    [geometry, size.height, result],
  );

  const whole = geometry ? geometry.height + 2 * EDGE : 0;

  const place = useCallback(
    (content: number) => {
      const element = ref.current;
      if (!element) return;
      const inside = Math.min(Math.max(0, content), Math.max(0, whole - size.height));
      scroll.current = scrolling.settle({ bar: 0, content: inside }, whole, size.height);
      element.scrollTop = scroll.current.bar;
      draw(true);
    },
    [draw, ref, size.height, whole],
  );

  // Laid out anew: the anchor goes back to where it was, before anything is painted.
  useLayoutEffect(() => {
    if (!geometry || size.height === 0) return;
    const { index, below } = anchor.current;
    const row = geometry.rowOf(Math.min(index, Math.max(0, geometry.count - 1)));
    place(geometry.rowTop(row) + Math.min(below, geometry.rowHeight(row)));
  }, [geometry, place, size.height]);

  useEffect(() => () => clearTimeout(resting.current), []);

  const onScroll = () => {
    const element = ref.current;
    if (!element || !geometry) return;
    const before = scroll.current;
    if (element.scrollTop === before.bar) return;
    let now = scrolling.follow(before, element.scrollTop, whole, size.height);
    if (scrolling.stuck(now, whole, size.height)) {
      now = scrolling.settle(now, whole, size.height);
      element.scrollTop = now.bar;
    }
    scroll.current = now;
    const row = geometry.rowAt(now.content);
    anchor.current = { index: geometry.rowStart(row), below: now.content - geometry.rowTop(row) };
    const time = performance.now();
    const moved = Math.abs(now.content - before.content);
    const fast = moved / Math.max(1, time - scrolled.current) > size.height / FAST_MS;
    scrolled.current = time;
    // Beyond the margin nothing is drawn: now, or the frame would be empty.
    draw(!fast, moved > size.height / 2);
    clearTimeout(resting.current);
    resting.current = setTimeout(() => {
      if (whole > scrolling.TRACK_MAX) {
        scroll.current = scrolling.settle(scroll.current, whole, size.height);
        element.scrollTop = scroll.current.bar;
      }
      draw(true);
      onRest(anchor.current.index);
    }, REST_MS);
  };

  const moved = (by: Move): number => {
    if (!geometry) return focus;
    const screen = Math.max(1, Math.floor(size.height / (geometry.rowHeight(0) + GAP)) - 1);
    const last = Math.max(0, geometry.count - 1);
    switch (by) {
      case 'left':
        return Math.max(0, focus - 1);
      case 'right':
        return Math.min(last, focus + 1);
      case 'up':
        return vertical(geometry, focus, -1);
      case 'down':
        return vertical(geometry, focus, 1);
      case 'page-up':
        return vertical(geometry, focus, -screen);
      case 'page-down':
        return vertical(geometry, focus, screen);
      case 'first':
        return 0;
      case 'last':
        return last;
    }
  };

  const focusOn = (index: number) => {
    setFocus(index);
    props.onFocus(index);
  };

  const onKeyDown = (event: KeyboardEvent) => {
    const told = command(event);
    if (!told || !geometry || geometry.count === 0) return;
    if (told.do === 'move') {
      const to = moved(told.by);
      if (told.extend) {
        onSelect(mark(mark(selection, origin.current, focus, false), origin.current, to, true));
      } else origin.current = to;
      focusOn(to);
      const row = geometry.rowOf(to);
      const top = geometry.rowTop(row) + EDGE;
      const { content } = scroll.current;
      const target = scrolling.reveal(
        content,
        size.height,
        top - EDGE,
        geometry.rowHeight(row) + 2 * EDGE,
      );
      if (target !== content) place(target);
    } else if (told.do === 'open') props.onOpen(focus);
    else if (told.do === 'select') {
      origin.current = focus;
      onSelect(toggle(selection, focus));
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };

  const onClick = (event: MouseEvent) => {
    const target = event.target as HTMLElement;
    const cell = target.closest<HTMLElement>('[data-index]');
    if (!cell) return;
    const index = Number(cell.dataset.index);
    const check = target.closest('[data-check]') !== null;
    if (!check && (event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    ref.current?.focus({ preventScroll: true });
    focusOn(index);
    if (event.shiftKey && props.onSelect) onSelect(mark(selection, origin.current, index, true));
    else {
      origin.current = index;
      if (check || selection.all || selection.stretches.length > 0) {
        onSelect(toggle(selection, index));
      } else props.onOpen(index);
    }
  };

  const rows = [];
  if (geometry) {
    for (let row = drawn.first; row <= Math.min(drawn.last, geometry.rows - 1); row += 1) {
      rows.push(
        <Row
          key={row}
          {...props}
          geometry={geometry}
          row={row}
          top={geometry.rowTop(row) + EDGE + drawn.offset}
          still={drawn.still}
          version={version}
          focus={held && geometry.rowOf(focus) === row ? focus : -1}
        />,
      );
    }
  }
  return (
    <div
      ref={ref}
      role="grid"
      aria-label={props.name ?? 'Pictures'}
      aria-multiselectable={props.onSelect !== null}
      aria-rowcount={geometry?.rows ?? 0}
      aria-activedescendant={held ? `tile-${focus}` : undefined}
      tabIndex={0}
      data-grid
      onScroll={onScroll}
      onKeyDown={onKeyDown}
      onClick={onClick}
      onFocus={(event) => setHeld(event.currentTarget.matches(':focus-visible'))}
      onBlur={() => setHeld(false)}
      onKeyUp={() => setHeld(true)}
      className="relative size-full overflow-x-hidden overflow-y-scroll overscroll-contain bg-ground outline-none [overflow-anchor:none]"
    >
      <div className="relative mx-2" style={{ height: scrolling.trackHeight(whole) }}>
        {rows}
      </div>
    </div>
  );
}

interface RowProps extends GridProps {
  readonly geometry: Geometry;
  readonly row: number;
  readonly top: number;
  readonly still: boolean;
  /** Only there so that arrived pages draw the row anew. */
  readonly version: number;
  readonly focus: number;
}

const Row = memo(function Row(props: RowProps) {
  const { geometry, row, result, selection, focus } = props;
  const tiles = [];
  for (let index = geometry.rowStart(row); index < geometry.rowStart(row + 1); index += 1) {
    tiles.push(
      <Tile
        key={index}
        datasetId={props.datasetId}
        index={index}
        item={result.item(index)}
        box={geometry.box(index)}
        still={props.still}
        selected={has(selection, index)}
        focused={focus === index}
        href={props.hrefOf(index)}
        selectable={props.onSelect !== null}
      />,
    );
  }
  return (
    <div
      role="row"
      aria-rowindex={row + 1}
      className="absolute inset-x-0"
      style={{ top: props.top, height: geometry.rowHeight(row) }}
    >
      {tiles}
    </div>
  );
});
