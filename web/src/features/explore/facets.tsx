import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { ChevronRight, X } from 'lucide-react';
import { Children, type MouseEvent, type ReactNode, useState } from 'react';
import * as ask from '../../api/queries';
import { type Facets, ISSUES, type Issue, MEASURES, type Measure, TIERS } from '../../api/types';
import { number } from '../../format';
import { IconButton } from '../../ui/button';
import { Fault } from '../../ui/error';
import { AlikeCut, type Go, IssueCut, MeasureCut } from './cuts';
import { MEASURE_WORDS, rangeText } from './scale';
import {
  COPIES,
  cutOf,
  type Explore,
  FULL,
  filterOf,
  isRanked,
  pick,
  rangeOf,
  refine,
  UNTAGGED,
  withCut,
} from './state';
import { COPIES_WORDS, ISSUE_WORDS, TIER_WORDS } from './words';

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
  const onClick = (event: MouseEvent) => {
    if (event.altKey && ways.exclude) ways.exclude();
    else if ((event.ctrlKey || event.metaKey) && ways.add) ways.add();
    else ways.only();
  };
  return (
    <li>
      <button
        type="button"
        aria-pressed={active}
        title={hint}
        onClick={onClick}
        className={`relative flex h-7 w-full items-center gap-2 overflow-hidden rounded-[4px] px-2 text-left text-13 not-disabled:hover:bg-hover ${active ? 'bg-accent-wash font-semibold text-accent-ink' : ''} ${count === 0 && !active ? 'text-soft' : ''}`}
      >
        <span
          className="absolute bottom-0 left-2 h-0.5 rounded-full bg-accent opacity-50"
          style={{
            width: `calc((100% - 16px) * ${most > 0 && count ? Math.min(1, Math.max(0.01, count / most)) : 0})`,
          }}
          aria-hidden
        />
        <span className={`min-w-0 grow truncate ${excluded ? 'line-through' : ''}`}>{name}</span>
        <span className="text-12 text-soft">{count === undefined ? '' : number(count)}</span>
      </button>
    </li>
  );
}

/** Issues that every dataset may have; the others are shown where they occur. */
const USUAL_ISSUES: readonly Issue[] = ['blur', 'dark', 'bright', 'outliers'];

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
      className={asked.isPlaceholderData ? 'opacity-60 transition-opacity' : 'transition-opacity'}
    >
      {isRanked(state) && (
        <section className="border-b border-line px-4 py-3">
          <h2 className="mb-2 text-12 font-semibold text-soft">How alike at least</h2>
          <AlikeCut state={state} go={go} />
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

/** The labels of the pictures, once there are any. */
function LabelValues({
  facets,
  state,
  go,
}: {
  facets: Facets | undefined;
  state: Explore;
  go: Go;
}) {
  const labels = facets?.labels ?? [];
  // What is asked for stays in sight, also where nothing has it any more.
  const gone = [...(state.label ?? []), ...(state.not_label ?? [])].filter(
    (value) => !labels.some((one) => one.value === value),
  );
  if (labels.length === 0 && gone.length === 0) return null;
  const most = facets?.total ?? 0;
  return (
    <Group title="Labels">
      {[...labels, ...gone.map((value) => ({ value, count: 0 }))].map(({ value, count }) => {
        const excluded = state.not_label?.includes(value) ?? false;
        return (
          <Value
            key={value}
            name={value}
            hint={`${value}. Ctrl+click adds, Alt+click excludes.`}
            count={count}
            most={most}
            active={excluded || (state.label?.includes(value) ?? false)}
            excluded={excluded}
            ways={{
              only: () =>
                excluded
                  ? go(refine(state, { not_label: pick(state.not_label, value, true) }))
                  : go(refine(state, { label: pick(state.label, value, false) })),
              add: () => go(refine(state, { label: pick(state.label, value, true) })),
              exclude: () =>
                go(
                  refine(state, {
                    label: state.label?.filter((one) => one !== value),
                    not_label: pick(state.not_label, value, true),
                  }),
                ),
            }}
          />
        );
      })}
      <Value
        name="Unlabelled"
        count={facets?.unlabelled}
        most={most}
        active={state.unlabelled ?? false}
        ways={{
          only: () => go(refine(state, { unlabelled: state.unlabelled ? undefined : true })),
        }}
      />
    </Group>
  );
}

/** The tags of the dataset, once it has any. */
function TagValues({
  id,
  facets,
  state,
  go,
}: {
  id: string;
  facets: Facets | undefined;
  state: Explore;
  go: Go;
}) {
  const { data } = useQuery({ ...ask.tags(id), retry: false });
  if (!data || data.tags.length === 0) return null;
  const counts = new Map(facets?.tags?.map((one) => [one.id, one.count]));
  const most = facets?.total ?? 0;
  return (
    <Group title="Tags">
      {data.tags.map((tag) => {
        const excluded = state.not_tag?.includes(tag.id) ?? false;
        return (
          <Value
            key={tag.id}
            name={tag.name}
            hint="Ctrl+click adds, Alt+click excludes."
            count={facets ? (counts.get(tag.id) ?? 0) : undefined}
            most={most}
            active={excluded || (state.tag?.includes(tag.id) ?? false)}
            excluded={excluded}
            ways={{
              only: () =>
                excluded
                  ? go(refine(state, { not_tag: pick(state.not_tag, tag.id, true) }))
                  : go(refine(state, { tag: pick(state.tag, tag.id, false) })),
              add: () => go(refine(state, { tag: pick(state.tag, tag.id, true) })),
              exclude: () =>
                go(
                  refine(state, {
                    tag: state.tag?.filter((one) => one !== tag.id),
                    not_tag: pick(state.not_tag, tag.id, true),
                  }),
                ),
            }}
          />
        );
      })}
      <Value
        name="Untagged"
        count={facets?.untagged}
        most={most}
        active={state.tag?.includes(UNTAGGED) ?? false}
        ways={{
          only: () => go(refine(state, { tag: pick(state.tag, UNTAGGED, false) })),
          add: () => go(refine(state, { tag: pick(state.tag, UNTAGGED, true) })),
        }}
      />
    </Group>
  );
}
