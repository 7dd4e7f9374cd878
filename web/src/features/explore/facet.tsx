/** A part of the facets: values with their counts, to choose among. */
import { Children, type KeyboardEvent, type ReactNode, useState } from 'react';
import { number } from '../../format';

interface Ways {
  only: () => void;
  add?: () => void;
  exclude?: () => void;
}

export function Value({
  name,
  hint,
  count,
  most,
  active,
  excluded = false,
  ways,
}: {
  name: string;
  hint?: string;
  count: number | undefined;
  most: number;
  active: boolean;
  excluded?: boolean;
  ways: Ways;
}) {
  const act = (event: { altKey: boolean; ctrlKey: boolean; metaKey: boolean }) => {
    if (event.altKey && ways.exclude) ways.exclude();
    else if ((event.ctrlKey || event.metaKey) && ways.add) ways.add();
    else ways.only();
  };
  // Browsers make no click of Enter together with these keys.
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || !(event.altKey || event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    act(event);
  };
  return (
    <li>
      <button
        type="button"
        aria-pressed={active}
        title={hint}
        onClick={act}
        onKeyDown={onKeyDown}
        className={`relative flex h-7 w-full items-center gap-2 overflow-hidden rounded-[4px] px-2 text-left text-13 not-disabled:hover:bg-hover ${active ? 'bg-accent-wash font-semibold text-accent-ink' : ''} ${count === 0 && !active ? 'text-soft' : ''}`}
      >
        <span
          className="absolute bottom-0 left-2 h-0.5 rounded-full bg-accent opacity-50"
          style={{
            width: `calc((100% - 16px) * ${most > 0 && count ? Math.min(1, Math.max(0.01, count / most)) : 0})`,
          }}
          aria-hidden
        />
        <span dir="auto" className={`min-w-0 grow truncate ${excluded ? 'line-through' : ''}`}>
          {name}
        </span>
        <span className="text-12 text-soft">{count === undefined ? '' : number(count)}</span>
      </button>
    </li>
  );
}

/** Values shown before one asks for all of them. */
const SOME = 12;

/** A part of the facets; of very many values only the first, until asked. */
export function Group({ title, children }: { title: string; children: ReactNode }) {
  const [all, setAll] = useState(false);
  const values = Children.toArray(children);
  const shown = all || values.length <= SOME + 2 ? values : values.slice(0, SOME);
  return (
    <section className="border-b border-line px-2 py-3 last:border-b-0">
      <h2 className="mb-1 px-2 text-12 font-semibold text-soft">{title}</h2>
      <ul>{shown}</ul>
      {values.length > SOME + 2 && (
        <button
          type="button"
          onClick={() => setAll(!all)}
          className="h-7 px-2 text-12 text-accent-ink hover:underline"
        >
          {all ? 'Fewer' : `All ${number(values.length)}`}
        </button>
      )}
    </section>
  );
}
