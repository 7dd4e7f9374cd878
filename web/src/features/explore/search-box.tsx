import { useNavigate } from '@tanstack/react-router';
import { ImagePlus, Search } from 'lucide-react';
import { useCallback, useEffect, useRef, useState } from 'react';
import { focusGrid } from '../../grid/hand-on';
import { Turning } from '../../ui/bits';
import { sayFault } from '../../ui/toast';
import { typing } from '../../ui/typing';
import { fileIn, holdsFiles, searchWith } from './anchor';
import { type Explore, refine } from './state';

const LOOK_MS = 250;

/** Shows what is like a picture that was given. */
export function useSearchWith(id: string) {
  const navigate = useNavigate();
  const [sending, setSending] = useState(false);
  const search = useCallback(
    async (file: Blob) => {
      setSending(true);
      try {
        const like = await searchWith(id, file);
        navigate({
          to: '/dataset/$id/data',
          params: { id },
          search: (was) =>
            refine(was as Explore, {
              like: [like],
              alike: undefined,
              sort: undefined,
              view: undefined,
            }),
        });
      } catch (cause) {
        sayFault('The picture could not be searched with', cause);
      } finally {
        setSending(false);
      }
    },
    [id, navigate],
  );
  return { search, sending };
}

/** Takes words and part of file names, and pictures that are chosen, pasted or dropped anywhere. */
export function SearchBox({ id, state }: { id: string; state: Explore }) {
  const navigate = useNavigate({ from: '/dataset/$id/data' });
  const { search, sending } = useSearchWith(id);
  const field = useRef<HTMLInputElement>(null);
  const file = useRef<HTMLInputElement>(null);
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

  useEffect(() => {
    const onPaste = (event: ClipboardEvent) => {
      const found = fileIn(event.clipboardData);
      // Where something is being typed, only the field itself takes pictures.
      if (!found || (typing(event.target) && event.target !== field.current)) return;
      event.preventDefault();
      search(found);
    };
    window.addEventListener('paste', onPaste);
    return () => window.removeEventListener('paste', onPaste);
  }, [search]);

  return (
    <div className="relative min-w-[140px] grow basis-0 max-sm:order-first max-sm:basis-full">
      <Search
        size={15}
        className="pointer-events-none absolute top-2 left-2.5 text-soft"
        aria-hidden
      />
      <input
        ref={field}
        data-search
        type="search"
        aria-label="Search file names; Enter searches what pictures show"
        placeholder="File names as you type; Enter: what pictures show; or drop a picture"
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Escape') {
            if (text === '') {
              event.currentTarget.blur();
              focusGrid();
            }
            setText('');
          }
          if (event.key === 'Enter' && text.trim() !== '') {
            // What was typed is meant as words now, not as part of a name.
            navigate({
              to: '/dataset/$id/data',
              params: { id },
              search: (was) =>
                refine(was, { q: undefined, words: text.trim(), view: undefined, sort: undefined }),
            });
            setText('');
            event.preventDefault();
          } else if (event.key === 'ArrowDown' || event.key === 'Enter') {
            focusGrid();
            event.preventDefault();
          }
        }}
        className="field w-full border-line pr-9! pl-8!"
      />
      <button
        type="button"
        aria-label="Search with a picture"
        title="Search with a picture of this computer; it can be dropped or pasted too"
        disabled={sending}
        onClick={() => file.current?.click()}
        className="absolute top-0.5 right-0.5 inline-flex size-7 items-center justify-center rounded-[4px] text-soft hover:bg-hover hover:text-ink"
      >
        {sending ? <Turning /> : <ImagePlus size={16} aria-hidden />}
      </button>
      <input
        ref={file}
        type="file"
        accept="image/*,.heic,.heif,.avif,.tif,.tiff,.jp2"
        tabIndex={-1}
        aria-hidden
        data-search-file
        onChange={(event) => {
          const found = event.target.files?.[0];
          event.target.value = '';
          if (found) search(found);
        }}
        className="hidden"
      />
      <DropPlace onFile={search} />
    </div>
  );
}

/** The whole window takes a dropped picture, and says so while one hangs over it. */
function DropPlace({ onFile }: { onFile: (file: Blob) => void }) {
  const [over, setOver] = useState(false);
  useEffect(() => {
    // Entering a child is told before leaving its parent, so depth is counted.
    let depth = 0;
    const enter = (event: DragEvent) => {
      if (!holdsFiles(event.dataTransfer)) return;
      depth += 1;
      setOver(true);
    };
    const leave = (event: DragEvent) => {
      if (!holdsFiles(event.dataTransfer)) return;
      depth = Math.max(0, depth - 1);
      if (depth === 0) setOver(false);
    };
    const hover = (event: DragEvent) => {
      if (holdsFiles(event.dataTransfer)) event.preventDefault();
    };
    const drop = (event: DragEvent) => {
      depth = 0;
      setOver(false);
      const found = fileIn(event.dataTransfer);
      if (!found) return;
      event.preventDefault();
      onFile(found);
    };
    const all = { dragenter: enter, dragleave: leave, dragover: hover, drop } as const;
    for (const [name, hear] of Object.entries(all)) {
      window.addEventListener(name, hear as EventListener);
    }
    return () => {
      for (const [name, hear] of Object.entries(all)) {
        window.removeEventListener(name, hear as EventListener);
      }
    };
  }, [onFile]);
  if (!over) return null;
  return (
    <div className="pointer-events-none fixed inset-3 z-50 flex items-center justify-center rounded-card border-2 border-dashed border-accent bg-canvas/85">
      <p className="flex items-center gap-3 text-20 font-semibold">
        <ImagePlus size={28} className="text-accent-ink" aria-hidden />
        Drop a picture to find what is like it
      </p>
    </div>
  );
}
