import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import {
  ArrowDownWideNarrow,
  Bookmark,
  Keyboard,
  LayoutGrid,
  ListFilter,
  Search,
  Shapes,
  X,
} from 'lucide-react';
import { type RefObject, useEffect, useState } from 'react';
import * as ask from '../../api/queries';
import { plural } from '../../format';
import { Choice, Segments } from '../../ui/bits';
import { IconButton } from '../../ui/button';
import { SaveView } from '../views/save';
import { type Explore, hasFilter, refine, SORTS } from './state';
import { chipsOf } from './words';

const LOOK_MS = 250;

export function QueryBar({
  id,
  state,
  field,
  onFacets,
  onKeys,
}: {
  id: string;
  state: Explore;
  field: RefObject<HTMLInputElement | null>;
  onFacets: () => void;
  onKeys: () => void;
}) {
  const navigate = useNavigate({ from: '/dataset/$id/data' });
  const [text, setText] = useState(state.q ?? '');
  useEffect(() => setText(state.q ?? ''), [state.q]);
  useEffect(() => {
    const wanted = text.trim();
    if (wanted === (state.q ?? '')) return;
    const later = setTimeout(
      () =>
        navigate({
          to: '/dataset/$id/data',
          params: { id },
          search: (was) => refine(was, { q: wanted || undefined }),
          replace: (state.q ?? '') !== '',
        }),
      LOOK_MS,
    );
    return () => clearTimeout(later);
  }, [text, state.q, id, navigate]);
  return (
    <div className="flex min-h-11 shrink-0 flex-wrap items-center gap-2 border-b border-line px-3 py-1.5">
      <span className="lg:hidden">
        <IconButton label="Filters" onClick={onFacets}>
          <ListFilter size={17} />
        </IconButton>
      </span>
      <div className="relative min-w-[140px] grow basis-0">
        <Search
          size={15}
          className="pointer-events-none absolute top-2 left-2.5 text-soft"
          aria-hidden
        />
        <input
          ref={field}
          type="search"
          aria-label="Search file names"
          placeholder="Search file names"
          value={text}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === 'Escape') {
              if (text === '') event.currentTarget.blur();
              setText('');
            }
            if (event.key === 'ArrowDown' || event.key === 'Enter') {
              document.querySelector<HTMLElement>('[data-grid]')?.focus();
              event.preventDefault();
            }
          }}
          className="field w-full border-line pl-8"
        />
      </div>
      {state.view !== 'clusters' && (
        <span className="relative inline-flex">
          <ArrowDownWideNarrow
            size={16}
            className="pointer-events-none absolute top-2 left-2.5 text-soft sm:hidden"
            aria-hidden
          />
          <Choice
            label="Sort"
            value={state.sort ?? 'path'}
            options={SORTS}
            onChange={(sort) =>
              navigate({
                to: '/dataset/$id/data',
                params: { id },
                search: (was) => refine(was, { sort }),
              })
            }
            className="max-w-[150px] border-line max-sm:w-9 max-sm:appearance-none max-sm:bg-transparent max-sm:text-transparent [&>option]:bg-raised [&>option]:text-ink"
          />
        </span>
      )}
      <Segments
        label="View"
        value={state.view ?? 'pictures'}
        options={[
          [
            'clusters',
            <>
              <Shapes size={15} aria-hidden /> <span className="max-sm:hidden">Clusters</span>
            </>,
            'Clusters',
          ],
          [
            'pictures',
            <>
              <LayoutGrid size={15} aria-hidden /> <span className="max-sm:hidden">Pictures</span>
            </>,
            'Pictures',
          ],
        ]}
        onChange={(view) =>
          navigate({
            to: '/dataset/$id/data',
            params: { id },
            search: (was) => refine(was, { view: view === 'clusters' ? view : undefined }),
          })
        }
      />
      <span className="max-sm:hidden">
        <IconButton label="Keys" onClick={onKeys}>
          <Keyboard size={17} />
        </IconButton>
      </span>
    </div>
  );
}

export function Chips({ id, state, total }: { id: string; state: Explore; total: number | null }) {
  const navigate = useNavigate();
  const [saving, setSaving] = useState(false);
  const { data: tags } = useQuery({
    ...ask.tags(id),
    enabled: Boolean(state.tag ?? state.not_tag),
  });
  const tagName = (tag: string) => tags?.tags.find((one) => one.id === tag)?.name ?? '…';
  if (!hasFilter(state)) return null;
  const go = (search: Explore) =>
    navigate({ to: '/dataset/$id/data', params: { id }, search: () => search });
  return (
    <div className="flex shrink-0 flex-wrap items-center gap-1.5 border-b border-line px-3 py-1.5">
      {chipsOf(state, tagName).map((chip) => (
        <span
          key={chip.key}
          className="inline-flex h-7 items-center rounded-full bg-accent-wash pl-3 text-13 text-accent-ink"
        >
          <span className="max-w-[280px] truncate">{chip.text}</span>
          <button
            type="button"
            aria-label={`Remove ${chip.text}`}
            onClick={() => go(chip.without)}
            className="inline-flex size-7 items-center justify-center rounded-full hover:bg-hover"
          >
            <X size={13} />
          </button>
        </span>
      ))}
      <button
        type="button"
        onClick={() =>
          go(
            refine(
              {
                view: state.view,
                sort: state.sort,
                layout: state.layout,
                size: state.size,
                level: state.level,
              },
              {},
            ),
          )
        }
        className="control h-7 px-2 text-soft hover:text-ink"
      >
        Clear all
      </button>
      <button
        type="button"
        onClick={() => setSaving(true)}
        className="control h-7 px-2 text-soft hover:text-ink"
      >
        <Bookmark size={14} aria-hidden /> Save view
      </button>
      <SaveView id={id} state={state} open={saving} onClose={() => setSaving(false)} />
      {total !== null && (
        <span className="ml-auto text-12 text-soft" aria-live="polite">
          {plural(total, 'picture')}
        </span>
      )}
    </div>
  );
}
