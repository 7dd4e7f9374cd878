/** What people and files say about one picture, and what the program sees in it. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Plus, X } from 'lucide-react';
import { type FormEvent, useId, useState } from 'react';
import { send } from '../../api/client';
import { useMay } from '../../api/may';
import * as ask from '../../api/queries';
import type { Media, Tag } from '../../api/types';
import { plural } from '../../format';
import { sayFault } from '../../ui/toast';
import { type MarkWish, mark } from '../tags/marks';

/** Names as people read them, each as often as it comes: `2 cat, 1 dog`. */
export function counted(names: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts]
    .sort(([a, many], [b, more]) => more - many || a.localeCompare(b))
    .map(([name, count]) => `${count} ${name}`)
    .join(', ');
}

export function Said({ media }: { media: Media }) {
  const id = media.dataset_id;
  const queries = useQueryClient();
  const changes = useMay(id)('mark');
  const { data: known } = useQuery({ ...ask.tags(id), retry: false });
  const change = async (wish: MarkWish, said: string) => {
    try {
      await mark(queries, id, { ...wish, media_ids: [media.media_id] }, {}, said);
    } catch (cause) {
      sayFault('It was not changed', cause);
    }
  };
  const tag = async (name: string) => {
    const same = (one: Tag) => one.name.toLowerCase() === name.toLowerCase();
    try {
      const found =
        known?.tags.find(same) ?? (await send<Tag>('POST', `/dataset/${id}/tags`, { name }));
      await change({ add_tags: [found.id] }, `Tagged "${found.name}"`);
    } catch (cause) {
      sayFault('The tag was not made', cause);
    }
  };
  const { user_tags: tags = [], labels = [], captions = [], objects = [], predicted = [] } = media;
  return (
    <div className="flex flex-col gap-3">
      <Words
        title="Tags"
        one="tag"
        changes={changes}
        words={tags.map(({ name }) => ({ name }))}
        known={known?.tags.map(({ name }) => name) ?? []}
        onAdd={tag}
        onRemove={(name) => {
          const gone = tags.find((one) => one.name === name);
          if (gone) change({ remove_tags: [gone.id] }, `"${name}" taken off`);
        }}
      />
      <Words
        title="Labels"
        one="label"
        changes={changes}
        words={labels.map(({ label, source }) => ({ name: label, hint: SOURCES[source] }))}
        known={[]}
        onAdd={(name) => change({ add_labels: [name] }, `Labelled "${name}"`)}
        onRemove={(name) => change({ remove_labels: [name] }, `Label "${name}" taken off`)}
      />
      {captions.length > 0 && (
        <section>
          <h2 className="text-13 font-semibold">
            {captions.length === 1 ? 'Caption' : 'Captions'}
          </h2>
          {captions.map(({ caption }) => (
            <p key={caption} className="text-13 wrap-anywhere">
              {caption}
            </p>
          ))}
        </section>
      )}
      {objects.length > 0 && (
        <section>
          <h2 className="text-13 font-semibold">{plural(objects.length, 'box', 'boxes')}</h2>
          <p className="text-13">{counted(objects.map(({ label }) => label))}</p>
        </section>
      )}
      {predicted.length > 0 && (
        <section>
          <h2 className="text-13 font-semibold">Seen by the model</h2>
          <p className="text-13 text-soft">
            {predicted
              .map(({ name, share }) => `${name} ${Math.round(share * 100)}\u00a0%`)
              .join(', ')}
          </p>
        </section>
      )}
    </div>
  );
}

const SOURCES: Record<string, string> = {
  user: 'said by a person',
  annotation: 'from an annotation file',
  folder: 'the name of its folder',
  model: 'predicted',
};

/** Words that can be taken off, and a field for one more. */
function Words({
  title,
  one,
  changes,
  words,
  known,
  onAdd,
  onRemove,
}: {
  title: string;
  one: string;
  /** Whether whoever looks may change them. */
  changes: boolean;
  words: readonly { name: string; hint?: string | undefined }[];
  known: readonly string[];
  onAdd: (name: string) => void;
  onRemove: (name: string) => void;
}) {
  const [adding, setAdding] = useState(false);
  const [name, setName] = useState('');
  const list = useId();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const wanted = name.trim();
    if (wanted && !words.some((word) => word.name === wanted)) onAdd(wanted);
    setName('');
    setAdding(false);
  };
  if (words.length === 0 && !changes) return null;
  return (
    <section>
      <h2 className="mb-1 text-13 font-semibold">{title}</h2>
      <ul className="flex flex-wrap items-center gap-1">
        {words.map((word) => (
          <li
            key={word.name}
            title={word.hint}
            className="flex h-7 max-w-full items-center rounded-full bg-sunken px-2.5 text-13"
          >
            <span dir="auto" className="truncate">
              {word.name}
            </span>
            {changes && (
              <button
                type="button"
                aria-label={`Take off the ${one} ${word.name}`}
                className="-mr-2.5 ml-0.5 inline-flex size-7 shrink-0 items-center justify-center rounded-full text-soft hover:bg-hover hover:text-ink"
                onClick={() => onRemove(word.name)}
              >
                <X size={13} aria-hidden />
              </button>
            )}
          </li>
        ))}
        {changes && (
          <li>
            {adding ? (
              <form onSubmit={submit}>
                <input
                  // biome-ignore lint/a11y/noAutofocus: it comes because its button was pressed
                  autoFocus
                  aria-label={`New ${one}`}
                  value={name}
                  maxLength={200}
                  list={list}
                  autoComplete="off"
                  onChange={(event) => setName(event.target.value)}
                  onBlur={() => name.trim() === '' && setAdding(false)}
                  onKeyDown={(event) => {
                    if (event.key !== 'Escape') return;
                    event.stopPropagation();
                    setAdding(false);
                    setName('');
                  }}
                  className="field h-7! w-36"
                />
                <datalist id={list}>
                  {known.map((word) => (
                    <option key={word} value={word} />
                  ))}
                </datalist>
              </form>
            ) : (
              <button
                type="button"
                className="inline-flex h-7 items-center gap-1 rounded-full border border-line px-2.5 text-13 text-soft hover:bg-hover hover:text-ink"
                onClick={() => setAdding(true)}
              >
                <Plus size={13} aria-hidden /> {`Add a ${one}`}
              </button>
            )}
          </li>
        )}
      </ul>
    </section>
  );
}
