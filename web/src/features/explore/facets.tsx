import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { ChevronRight, X } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import * as ask from '../../api/queries';
import { type Facets, ISSUES, type Issue, MEASURES, type Measure, TIERS } from '../../api/types';
import { IconButton } from '../../ui/button';
import { Fault } from '../../ui/error';
import { AlikeCut, type Go, IssueCut, MeasureCut } from './cuts';
import { Group, Value } from './facet';
import { LabelValues, TagValues } from './facet-said';
import { MEASURE_WORDS, rangeText } from './scale';
import {
  COPIES,
  cutOf,
  type Explore,
  FULL,
  filterOf,
  pick,
  rangeOf,
  refine,
  withCut,
} from './state';
import { COPIES_WORDS, ISSUE_WORDS, TIER_WORDS } from './words';

/** Issues that every dataset may have; the others are shown where they occur. */
const USUAL_ISSUES: readonly Issue[] = ['blur', 'dark', 'bright', 'outliers'];

export function FacetsPanel({
  id,
  state,
  open,
  onClose,
  children,
}: {
  id: string;
  state: Explore;
  open: boolean;
  onClose: () => void;
  children?: ReactNode;
}) {
  return (
    <>
      {open && (
        <button
          type="button"
          aria-label="Close the filters"
          onClick={onClose}
          className="absolute inset-0 z-20 bg-scrim lg:hidden"
        />
      )}
      <aside
        aria-label="Filters"
        className={`w-60 shrink-0 overflow-y-auto border-r border-line bg-canvas lg:block ${open ? 'absolute inset-y-0 left-0 z-20 shadow-popup lg:static lg:shadow-none' : 'hidden'}`}
      >
        <div className="flex items-center pt-2 pr-2 pl-4 lg:hidden">
          <span className="grow font-semibold">Filters</span>
          <IconButton label="Close" onClick={onClose}>
            <X size={16} />
          </IconButton>
        </div>
        {children}
        <FacetGroups id={id} state={state} />
      </aside>
    </>
  );
}

function FacetGroups({ id, state }: { id: string; state: Explore }) {
  const navigate = useNavigate();
  const asked = useQuery({
    ...ask.facets(id, filterOf(state)),
    placeholderData: (before) => before,
  });
  // Before the first generation nothing is counted; a zero would be a lie.
  const facets = asked.data?.generation === null ? undefined : asked.data;
  const go: Go = (search, replace = false) =>
    navigate({ to: '/dataset/$id/data', params: { id }, search: () => search, replace });

  if (asked.error && !asked.data) {
    return (
      <div className="p-3">
        <Fault what="No counts" cause={asked.error} onRetry={() => asked.refetch()} />
      </div>
    );
  }
  const most = facets?.total ?? 0;
  const formats = Object.entries(facets?.formats ?? {}).sort((a, b) => b[1] - a[1]);
  return (
    <fieldset
      disabled={!facets}
      // By itself it is as wide as its longest value, which then hides all counts.
      className={`min-w-0 transition-opacity ${asked.isPlaceholderData ? 'opacity-60' : ''}`}
    >
      {state.like && (
        <section className="border-b border-line px-4 py-3">
          <h2 className="mb-2 text-12 font-semibold text-soft">How alike at least</h2>
          <AlikeCut id={id} state={state} go={go} />
        </section>
      )}
      <Group title="Issues">
        {ISSUES.filter(
          (kind) =>
            USUAL_ISSUES.includes(kind) ||
            facets?.issues[kind]?.count ||
            cutOf(state, kind) ||
            state.not_issue?.includes(kind),
        ).map((kind) => (
          <IssueValue key={kind} kind={kind} facets={facets} state={state} go={go} />
        ))}
      </Group>
      <Group title="Duplicates">
        {COPIES.map((copies) => (
          <Value
            key={copies}
            name={COPIES_WORDS[copies]}
            count={facets?.duplicates[copies]}
            most={most}
            active={state.duplicates === copies}
            ways={{
              only: () =>
                go(refine(state, { duplicates: state.duplicates === copies ? undefined : copies })),
            }}
          />
        ))}
        {TIERS.filter((tier) => facets?.tiers[tier] || state.tier?.includes(tier)).map((tier) => (
          <Value
            key={tier}
            name={TIER_WORDS[tier].name}
            hint={TIER_WORDS[tier].why}
            count={facets?.tiers[tier] ?? 0}
            most={most}
            active={state.tier?.includes(tier) ?? false}
            ways={{
              only: () => go(refine(state, { tier: pick(state.tier, tier, false) })),
              add: () => go(refine(state, { tier: pick(state.tier, tier, true) })),
            }}
          />
        ))}
      </Group>
      <TagValues id={id} facets={facets} state={state} go={go} />
      <LabelValues facets={facets} state={state} go={go} />
      {facets?.measures && (
        <Group title="Numbers">
          {MEASURES.filter((measure) => facets.measures?.[measure]).map((measure) => (
            <MeasureValue key={measure} measure={measure} facets={facets} state={state} go={go} />
          ))}
        </Group>
      )}
      {formats.length > 0 && (
        <Group title="Format">
          {formats.map(([format, count]) => (
            <Value
              key={format}
              name={format.toUpperCase()}
              count={count}
              most={most}
              active={state.format?.includes(format) ?? false}
              ways={{
                only: () => go(refine(state, { format: pick(state.format, format, false) })),
                add: () => go(refine(state, { format: pick(state.format, format, true) })),
              }}
            />
          ))}
        </Group>
      )}
      {facets && facets.folders.length > 1 && (
        <Group title="Folder">
          {facets.folders.map(({ value, count }) => (
            <Value
              key={value}
              name={value === '' ? '(top folder)' : value}
              hint={value}
              count={count}
              most={most}
              active={state.folder === value}
              ways={{
                only: () =>
                  go(refine(state, { folder: state.folder === value ? undefined : value })),
              }}
            />
          ))}
        </Group>
      )}
    </fieldset>
  );
}

function IssueValue({
  kind,
  facets,
  state,
  go,
}: {
  kind: Issue;
  facets: Facets | undefined;
  state: Explore;
  go: Go;
}) {
  const cut = cutOf(state, kind);
  const excluded = state.not_issue?.includes(kind) ?? false;
  const found = facets?.issues[kind];
  return (
    <>
      <Value
        name={ISSUE_WORDS[kind].name}
        hint={`${ISSUE_WORDS[kind].why} Ctrl+click adds, Alt+click excludes.`}
        count={found?.count}
        most={facets?.total ?? 0}
        active={cut !== null || excluded}
        excluded={excluded}
        ways={{
          only: () =>
            excluded
              ? go(refine(state, { not_issue: pick(state.not_issue, kind, true) }))
              : go(withCut(state, kind, cut ? null : { kind, ...FULL }, !cut)),
          add: () => go(withCut(state, kind, cut ? null : { kind, ...FULL })),
          exclude: () => {
            const not_issue = pick(state.not_issue, kind, true);
            go(refine(withCut(state, kind, null), { not_issue }));
          },
        }}
      />
      {cut && facets && (
        <li className="px-2 pt-1 pb-3">
          <IssueCut kind={kind} facets={facets} state={state} go={go} />
        </li>
      )}
    </>
  );
}

/** One number of all pictures, closed until somebody wants to cut by it. */
function MeasureValue({
  measure,
  facets,
  state,
  go,
}: {
  measure: Measure;
  facets: Facets;
  state: Explore;
  go: Go;
}) {
  const range = rangeOf(state, measure);
  const [open, setOpen] = useState(range !== null);
  const { name, why } = MEASURE_WORDS[measure];
  const cut = range ? rangeText(range).slice(name.length + 1) : '';
  return (
    <li>
      <button
        type="button"
        aria-expanded={open}
        title={why}
        onClick={() => setOpen(!open)}
        className={`flex h-7 w-full items-center gap-1 rounded-[4px] pr-2 pl-1 text-left text-13 hover:bg-hover ${range ? 'font-semibold text-accent-ink' : ''}`}
      >
        <ChevronRight
          size={14}
          className={`shrink-0 text-soft transition-transform ${open ? 'rotate-90' : ''}`}
          aria-hidden
        />
        <span className="grow truncate">{name}</span>
        <span className="truncate text-12 font-normal">{cut}</span>
      </button>
      {open && (
        <div className="px-2 pt-1 pb-3">
          <MeasureCut measure={measure} facets={facets} state={state} go={go} />
        </div>
      )}
    </li>
  );
}
