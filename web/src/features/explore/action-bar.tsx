import {
  Columns2,
  Download,
  Grid2x2,
  Info,
  LayoutDashboard,
  PackageOpen,
  ScanSearch,
  ThumbsDown,
  ThumbsUp,
  X,
} from 'lucide-react';
import { useState } from 'react';
import { useMay } from '../../api/may';
import { csvRow, saveCsv } from '../../csv';
import { number, plural } from '../../format';
import { count, NOTHING, type Selection, selected } from '../../grid/selection';
import { Segments } from '../../ui/bits';
import { Button, IconButton } from '../../ui/button';
import { say, sayFault } from '../../ui/toast';
import { ExportDialog } from '../exports/export-dialog';
import { TagMenu } from '../tags/tag-menu';
import { PAGE } from './listing';
import type { Result } from './result';
import { type Explore, filterOf, hasFilter, isRanked, LIKES_MAX, SIZE } from './state';
import { SizeSlider } from './tiles';

/** Longest list that is put together in the browser. */
const LIST_MAX = 100_000;

/** The selected pictures as a table. */
async function list(result: Result, stretches: ReturnType<typeof selected>) {
  const lines = ['media_id,path,width,height'];
  for (const [from, to] of stretches) {
    for (let offset = from - (from % PAGE); offset < to; offset += PAGE) {
      const page = await result.read(offset);
      const last = Math.min(page.id.length, to - offset);
      for (let at = Math.max(0, from - offset); at < last; at += 1) {
        lines.push(csvRow([page.id[at], page.path[at], page.width[at], page.height[at]]));
      }
    }
  }
  return lines;
}

/** How many are shown, or how many of them are selected. */
function Count({ total, chosen, filtered }: { total: number; chosen: number; filtered: boolean }) {
  if (chosen === 0) return plural(total, 'picture');
  if (chosen === total) {
    return `All ${plural(total, 'picture')}${filtered ? ' matching the filter' : ''} selected`;
  }
  return (
    <>
      {number(chosen)}
      <span className="max-sm:hidden"> of {number(total)}</span> selected
    </>
  );
}

/** The pictures of a selection, by id or as all of the filter. */
async function meant(result: Result, selection: Selection, total: number, ranked: boolean) {
  const ids = async (stretches: ReturnType<typeof selected>) => {
    const found: string[] = [];
    for (const [from, to] of stretches) {
      for (let offset = from - (from % PAGE); offset < to; offset += PAGE) {
        const page = await result.read(offset);
        found.push(...page.id.slice(Math.max(0, from - offset), to - offset));
      }
    }
    return found;
  };
  // A search finds at most ten thousand, and a filter cannot say which.
  if (!selection.all || ranked) return { media_ids: await ids(selected(selection, total)) };
  return { all_matching: true, except_media_ids: await ids(selection.stretches) };
}

/** The same selection, told by what is in it. */
const allOf = (selection: Selection, total: number): Selection => ({
  all: false,
  stretches: selected(selection, total),
});

export function ActionBar({
  id,
  state,
  result,
  selection,
  onSelect,
  onChange,
  onCompare,
  onSimilar,
  details,
  onDetails,
}: {
  id: string;
  state: Explore;
  result: Result;
  selection: Selection;
  onSelect: (selection: Selection) => void;
  onChange: (change: Partial<Explore>) => void;
  onCompare: () => void;
  /** Finds what is like the selected pictures: only them, them too, or rather not them. */
  onSimilar: (way: 'only' | 'like' | 'less') => void;
  details: boolean;
  onDetails: () => void;
}) {
  const [exporting, setExporting] = useState(false);
  const may = useMay(id);
  const total = result.total ?? 0;
  const chosen = count(selection, total);
  const ranked = isRanked(state);
  const size = state.size ?? SIZE.usual;
  const save = async () => {
    const before = selection;
    try {
      saveCsv('pictures.csv', await list(result, selected(before, total)));
      say(`${plural(chosen, 'picture')} listed in pictures.csv`);
    } catch (cause) {
      sayFault('The list could not be made', cause);
    }
  };
  return (
    <div
      role="toolbar"
      aria-label="Selection and layout"
      className="flex h-11 shrink-0 items-center gap-2 border-t border-line px-3 max-sm:gap-1"
    >
      <span className="min-w-0 truncate text-13 text-soft" aria-live="polite">
        {result.total !== null && (
          <Count total={total} chosen={chosen} filtered={hasFilter(state)} />
        )}
      </span>
      {chosen > 0 && (
        <>
          <IconButton label="Clear the selection" onClick={() => onSelect(NOTHING)}>
            <X size={16} />
          </IconButton>
          {may('mark') && (
            <TagMenu
              id={id}
              chosen={chosen}
              filter={filterOf(state)}
              meant={() => meant(result, selection, total, ranked)}
            />
          )}
          {chosen <= LIKES_MAX && (
            <Button
              onClick={() => onSimilar('only')}
              title="Find what is like any of them (s)"
              className="h-7! px-2.5!"
            >
              <ScanSearch size={15} aria-hidden />{' '}
              <span className="max-xl:sr-only">Find similar</span>
            </Button>
          )}
          {chosen <= LIKES_MAX && state.like && (
            <span className="flex">
              <IconButton label="More like the selected (m)" onClick={() => onSimilar('like')}>
                <ThumbsUp size={15} />
              </IconButton>
              <IconButton label="Less like the selected (l)" onClick={() => onSimilar('less')}>
                <ThumbsDown size={15} />
              </IconButton>
            </span>
          )}
          {chosen >= 2 && chosen <= 4 && (
            <Button onClick={onCompare} className="h-7! px-2.5!">
              <Columns2 size={15} aria-hidden /> <span className="max-xl:sr-only">Compare</span>
            </Button>
          )}
          <Button
            onClick={save}
            disabled={chosen > LIST_MAX}
            title={
              chosen > LIST_MAX
                ? `Lists hold up to ${number(LIST_MAX)} pictures`
                : 'Paths, ids and sizes as a table'
            }
            className="h-7! px-2.5! max-sm:hidden"
          >
            <Download size={15} aria-hidden /> <span className="max-xl:sr-only">List as CSV</span>
          </Button>
          <Button onClick={() => setExporting(true)} className="h-7! px-2.5!">
            <PackageOpen size={15} aria-hidden /> <span className="max-xl:sr-only">Export</span>
          </Button>
          <ExportDialog
            id={id}
            count={chosen}
            filter={filterOf(state)}
            chosen={async () =>
              chosen === total && selection.all && !ranked
                ? null
                : ((await meant(result, allOf(selection, total), total, ranked)).media_ids ?? [])
            }
            open={exporting}
            onClose={() => setExporting(false)}
          />
        </>
      )}
      <span className="grow" />
      {/* What is selected can be acted on; how it is shown can wait where there is no room. */}
      <span className={`items-center gap-2 ${chosen > 0 ? 'hidden min-[1400px]:flex' : 'flex'}`}>
        <Segments
          label="Layout"
          value={state.layout ?? 'squares'}
          options={[
            ['squares', <Grid2x2 key="i" size={15} aria-hidden />, 'Squares'],
            ['fitted', <LayoutDashboard key="i" size={15} aria-hidden />, 'Whole pictures'],
          ]}
          onChange={(layout) => onChange({ layout: layout === 'fitted' ? layout : undefined })}
        />
        <SizeSlider size={size} onSize={(now) => onChange({ size: now })} />
      </span>
      <span className={chosen > 0 ? 'max-sm:hidden' : ''}>
        <IconButton label="Details" aria-pressed={details} onClick={onDetails}>
          <Info size={17} />
        </IconButton>
      </span>
    </div>
  );
}
