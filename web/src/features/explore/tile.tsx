import { Check, Copy, ImageOff } from 'lucide-react';
import { memo, useRef, useState } from 'react';
import { thumbnail } from '../../api/queries';
import type { Box } from '../../grid/geometry';
import type { Item } from './listing';
import { alikeWords, ISSUE_WORDS } from './words';

export interface TileProps {
  readonly datasetId: string;
  readonly index: number;
  readonly item: Item | null;
  readonly box: Box;
  /** False while everything rushes by: what was not shown yet then stays a colour. */
  readonly still: boolean;
  readonly selected: boolean;
  readonly focused: boolean;
  readonly href: string;
  readonly selectable: boolean;
}

const nameOf = (path: string) => path.slice(path.lastIndexOf('/') + 1);

function Thumbnail({ datasetId, item }: { datasetId: string; item: Item }) {
  const [broken, setBroken] = useState(false);
  if (broken) {
    return (
      <span className="flex size-full flex-col items-center justify-center gap-1 bg-sunken p-2 text-center text-12 text-soft">
        <ImageOff size={20} strokeWidth={1.5} aria-hidden />
        <span dir="auto" className="line-clamp-2 wrap-anywhere">
          {nameOf(item.path)}
        </span>
      </span>
    );
  }
  return (
    <img
      src={item.part?.source ?? thumbnail(datasetId, item.id, item.v)}
      alt=""
      decoding="async"
      draggable={false}
      onError={() => setBroken(true)}
      className={`size-full ${item.part ? 'object-contain' : 'object-cover'}`}
    />
  );
}

/**
 * One picture of the grid. Its box and colour are there before the picture is. It has no handlers:
 * the grid hears for all tiles, so that a thousand of them cost nothing.
 */
export const Tile = memo(function Tile(props: TileProps) {
  const { datasetId, index, item, box, still, selected, focused, href, selectable } = props;
  const shown = useRef(false);
  if (still) shown.current = true;
  const place = { left: box.x, width: box.width, height: box.height };
  if (!item) {
    return (
      <div
        role="gridcell"
        aria-busy
        id={`tile-${index}`}
        data-index={index}
        className={`absolute rounded-tile bg-hover ${focused ? 'outline-3 outline-accent' : ''}`}
        style={place}
      />
    );
  }
  const badge = box.width >= 110;
  return (
    <div
      role="gridcell"
      id={`tile-${index}`}
      data-index={index}
      aria-selected={selected}
      className={`group absolute overflow-hidden rounded-tile ${item.part ? 'bg-sunken' : ''} ${selected ? 'shadow-[inset_0_0_0_3px_var(--color-accent)]' : ''}`}
      style={item.part ? place : { ...place, backgroundColor: item.colour }}
    >
      <a
        href={href}
        tabIndex={-1}
        draggable={false}
        aria-label={item.part ? `${item.part.label} in ${item.path}` : item.path}
        className={`block size-full overflow-hidden ${selected ? 'p-[3px] [&>*]:rounded-[2px]' : ''}`}
      >
        {shown.current && (
          <Thumbnail key={item.part?.id ?? item.id} datasetId={datasetId} item={item} />
        )}
      </a>
      <span className="pointer-events-none absolute inset-x-0 bottom-0 hidden bg-scrim px-2 py-1 text-12 text-white group-hover:block">
        {item.part && <span className="block truncate font-semibold">{item.part.label}</span>}
        <span dir="auto" className="block truncate">
          {nameOf(item.path)}
        </span>
        {item.worst && (
          <span className="block truncate opacity-85">{ISSUE_WORDS[item.worst].looks}</span>
        )}
        {item.distance !== undefined && (
          <span className="block opacity-85">{alikeWords(item.distance)}</span>
        )}
      </span>
      {item.part && badge && (
        <span className="pointer-events-none absolute bottom-1.5 left-1.5 max-w-[calc(100%-12px)] truncate rounded-full bg-scrim px-1.5 text-12 text-white group-hover:hidden">
          {item.part.label}
        </span>
      )}
      <span className="pointer-events-none absolute top-1.5 right-1.5 flex max-w-[calc(100%-12px)] gap-1 group-hover:opacity-0 [@media(hover:none)]:max-w-[calc(100%-40px)]">
        {badge && item.copies > 0 && (
          <span className="inline-flex items-center gap-1 rounded-full bg-scrim px-1.5 text-12 text-white">
            <Copy size={11} aria-hidden />
            {item.copies}
            <span className="sr-only">copies</span>
          </span>
        )}
        {badge && item.worst && (
          <span className="min-w-0 truncate rounded-full bg-scrim px-1.5 text-12 text-white">
            {ISSUE_WORDS[item.worst].name}
          </span>
        )}
      </span>
      {selectable && (
        <button
          type="button"
          tabIndex={-1}
          data-check
          aria-label={`${selected ? 'Leave out' : 'Select'} ${nameOf(item.path)}`}
          className={`absolute top-0 left-0 p-1.5 ${selected ? '' : 'opacity-0 group-hover:opacity-100 [@media(hover:none)]:opacity-60'}`}
        >
          <span
            className={`flex size-5 items-center justify-center rounded-full border-2 border-white text-white ${selected ? 'bg-accent-fill' : 'bg-scrim'}`}
          >
            {selected && <Check size={13} strokeWidth={3} aria-hidden />}
          </span>
        </button>
      )}
      {focused && (
        <span className="pointer-events-none absolute inset-0 rounded-tile shadow-[inset_0_0_0_2px_var(--color-white),inset_0_0_0_5px_var(--color-accent)]" />
      )}
    </div>
  );
});
