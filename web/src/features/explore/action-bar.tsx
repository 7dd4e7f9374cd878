import { Columns2, Download, Grid2x2, Info, LayoutDashboard, X } from 'lucide-react';
import { get } from '../../api/client';
import type { GridPage } from '../../api/types';
import { number, plural } from '../../format';
import { count, NOTHING, type Selection, selected } from '../../grid/selection';
import { Segments } from '../../ui/bits';
import { Button, IconButton } from '../../ui/button';
import { say, sayFault } from '../../ui/toast';
import type { Result } from './result';
import { type Explore, filterOf, hasFilter, SIZE } from './state';

/** Longest list that is put together in the browser. */
const LIST_MAX = 100_000;

const cell = (text: string) => (/[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

async function list(id: string, state: Explore, stretches: ReturnType<typeof selected>) {
  const lines = ['media_id,path,width,height'];
  for (const [from, to] of stretches) {
    for (let offset = from; offset < to; offset += 1000) {
      const page = await get<GridPage>(`/dataset/${id}/grid`, {
        ...filterOf(state),
        sort: state.sort,
        offset,
        limit: Math.min(1000, to - offset),
      });
      page.id.forEach((media, at) => {
        lines.push([media, cell(page.path[at] ?? ''), page.width[at], page.height[at]].join(','));
      });
    }
  }
  return `${lines.join('\n')}\n`;
}

function download(name: string, text: string) {
  const address = URL.createObjectURL(new Blob([text], { type: 'text/csv' }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}

export function ActionBar({
  id,
  state,
  result,
  selection,
  onSelect,
  onChange,
  onCompare,
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
  details: boolean;
  onDetails: () => void;
}) {
  const total = result.total ?? 0;
  const chosen = count(selection, total);
  const size = state.size ?? SIZE.usual;
  const save = async () => {
    const before = selection;
    try {
      const text = await list(id, state, selected(before, total));
      download('pictures.csv', text);
      say(`${plural(chosen, 'picture')} listed in pictures.csv`);
    } catch (cause) {
      sayFault('The list could not be made', cause);
    }
  };
  return (
    <div
      role="toolbar"
      aria-label="Selection and layout"
      className="flex h-11 shrink-0 items-center gap-2 border-t border-line px-3"
    >
      <span className="min-w-0 truncate text-13 text-soft" aria-live="polite">
        {chosen === 0
          ? result.total === null
            ? ''
            : plural(total, 'picture')
          : selection.all && selection.stretches.length === 0
            ? `All ${plural(total, 'picture')}${hasFilter(state) ? ' matching the filter' : ''} selected`
            : `${number(chosen)} of ${number(total)} selected`}
      </span>
      {chosen > 0 && (
        <>
          <IconButton label="Clear the selection" onClick={() => onSelect(NOTHING)}>
            <X size={16} />
          </IconButton>
          {chosen >= 2 && chosen <= 4 && (
            <Button onClick={onCompare} className="h-7! px-2.5!">
              <Columns2 size={15} aria-hidden /> <span className="max-sm:hidden">Compare</span>
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
            className="h-7! px-2.5!"
          >
            <Download size={15} aria-hidden /> <span className="max-sm:hidden">List as CSV</span>
          </Button>
        </>
      )}
      <span className="grow" />
      <Segments
        label="Layout"
        value={state.layout ?? 'squares'}
        options={[
          ['squares', <Grid2x2 key="i" size={15} aria-hidden />, 'Squares'],
          ['fitted', <LayoutDashboard key="i" size={15} aria-hidden />, 'Whole pictures'],
        ]}
        onChange={(layout) => onChange({ layout: layout === 'fitted' ? layout : undefined })}
      />
      <input
        type="range"
        aria-label="Tile size"
        min={SIZE.min}
        max={SIZE.max}
        step={8}
        value={size}
        onChange={(event) => onChange({ size: Number(event.target.value) })}
        className="range w-[72px] sm:w-[120px]"
      />
      <IconButton label="Details" aria-pressed={details} onClick={onDetails}>
        <Info size={17} />
      </IconButton>
    </div>
  );
}
