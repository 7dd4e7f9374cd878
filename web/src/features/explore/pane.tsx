import { type ReactNode, useEffect, useRef, useState } from 'react';
import { command } from '../../grid/keys';
import { typing } from '../../ui/typing';
import { Chips } from './chips';
import { FacetsPanel } from './facets';
import { KeySheet } from './key-sheet';
import { QueryBar } from './query-bar';
import type { Explore } from './state';

/** What all views have: query bar, chips and facets. */
export function Pane({
  id,
  state,
  total,
  facets,
  children,
}: {
  id: string;
  state: Explore;
  total?: number | null;
  /** Facets of the view itself, before all others. */
  facets?: ReactNode;
  children: () => ReactNode;
}) {
  const [drawer, setDrawer] = useState(false);
  const [keys, setKeys] = useState(false);
  const search = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (typing(event.target)) return;
      const told = command(event)?.do;
      if (told === 'search') search.current?.focus();
      else if (told === 'help') setKeys(true);
      else return;
      event.preventDefault();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
  return (
    <main className="flex h-full flex-col">
      <QueryBar
        id={id}
        state={state}
        field={search}
        onFacets={() => setDrawer((open) => !open)}
        onKeys={() => setKeys(true)}
      />
      <Chips id={id} state={state} total={total ?? null} />
      <div className="relative flex min-h-0 grow">
        <FacetsPanel id={id} state={state} open={drawer} onClose={() => setDrawer(false)}>
          {facets}
        </FacetsPanel>
        {children()}
      </div>
      <KeySheet open={keys} onClose={() => setKeys(false)} />
    </main>
  );
}
