import { type ReactNode, useState } from 'react';
import { Chips } from './chips';
import { FacetsPanel } from './facets';
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
  return (
    <main className="flex h-full flex-col">
      <QueryBar id={id} state={state} onFacets={() => setDrawer((open) => !open)} />
      <Chips id={id} state={state} total={total ?? null} />
      <div className="relative flex min-h-0 grow">
        <FacetsPanel id={id} state={state} open={drawer} onClose={() => setDrawer(false)}>
          {facets}
        </FacetsPanel>
        {children()}
      </div>
    </main>
  );
}
