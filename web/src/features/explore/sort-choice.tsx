import { useNavigate } from '@tanstack/react-router';
import { ArrowDownWideNarrow, ArrowUpNarrowWide } from 'lucide-react';
import { IconButton } from '../../ui/button';
import { isOfFiles, keyOf, ORDER_KEYS, type OrderKey, turned, usualWay, wayText } from './order';
import { type Explore, isRanked, refine, usualSort } from './state';
import { ISSUE_WORDS } from './words';

const NAMES: Partial<Record<OrderKey, string>> = {
  path: 'Folder and name',
  name: 'File name',
  newest: 'Date changed',
  size: 'File size',
  pixels: 'Megapixels',
  uniqueness: 'Uniqueness',
};
const nameOf = (key: OrderKey) => NAMES[key] ?? ISSUE_WORDS[key as keyof typeof ISSUE_WORDS].name;

/** By what pictures are ordered, and which end comes first; a search has an order of its own. */
export function SortChoice({ id, state }: { id: string; state: Explore }) {
  const navigate = useNavigate({ from: '/dataset/$id/data' });
  const ranked = isRanked(state);
  const sort = state.sort ?? usualSort(state);
  const key = keyOf(sort);
  const way = wayText(sort);
  const go = (wanted: Explore['sort']) =>
    navigate({
      to: '/dataset/$id/data',
      params: { id },
      search: (was) => refine(was, { sort: wanted }),
    });
  const options = (ofFiles: boolean) =>
    ORDER_KEYS.filter((one) => isOfFiles(one) === ofFiles).map((one) => (
      <option key={one} value={one}>
        {nameOf(one)}
      </option>
    ));
  return (
    <span className="relative inline-flex items-center">
      <ArrowDownWideNarrow
        size={16}
        className="pointer-events-none absolute top-2 left-2.5 text-soft sm:hidden"
        aria-hidden
      />
      <select
        aria-label="Sort"
        value={key ?? 'closest'}
        disabled={ranked}
        onChange={(event) => go(usualWay(event.target.value as OrderKey))}
        className="field max-w-[150px] border-line pr-2 max-sm:w-9 max-sm:appearance-none max-sm:bg-transparent max-sm:text-transparent [&_option]:bg-raised [&_option]:text-ink"
      >
        {ranked ? (
          <option value="closest">Most alike</option>
        ) : (
          <>
            <optgroup label="Files">{options(true)}</optgroup>
            <optgroup label="Scores">{options(false)}</optgroup>
          </>
        )}
      </select>
      {!ranked && (
        <IconButton label={`Turn round: now ${way}`} onClick={() => go(turned(sort))}>
          {sort === key ? <ArrowUpNarrowWide size={16} /> : <ArrowDownWideNarrow size={16} />}
        </IconButton>
      )}
    </span>
  );
}
