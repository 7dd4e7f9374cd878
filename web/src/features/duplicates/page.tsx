import { useMutation, useQuery } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { CopyCheck } from 'lucide-react';
import { useCallback, useEffect, useState } from 'react';
import { send } from '../../api/client';
import { useMay } from '../../api/may';
import * as ask from '../../api/queries';
import { TIERS } from '../../api/types';
import { bytes, number, plural } from '../../format';
import { Empty, Reading } from '../../ui/bits';
import { Button } from '../../ui/button';
import { Fault } from '../../ui/error';
import { say, sayFault } from '../../ui/toast';
import { typing } from '../../ui/typing';
import { TIER_WORDS } from '../explore/words';
import { GroupView } from './group';
import { GroupList } from './list';
import { usePlan } from './plan';
import { PlanDialog } from './plan-dialog';
import { LikenessSlider, RuleBar } from './rule-bar';
import type { Duplicates } from './state';

export function DuplicatesPage() {
  const { id } = useParams({ from: '/frame/dataset/$id/duplicates' });
  const state = useSearch({ from: '/frame/dataset/$id/duplicates' });
  const { tier, at = 0 } = state;
  const navigate = useNavigate({ from: '/dataset/$id/duplicates' });
  const { data: dataset } = useQuery(ask.dataset(id));
  const [decided, setDecided] = useState(0);
  const may = useMay(id);
  const [asking, setAsking] = useState(false);
  const version = `${decided} ${dataset?.updated_at ?? ''} ${dataset?.status_new ?? ''}`;
  const { pages, summary, group, want, waiting } = usePlan(id, state, version);
  const total = summary?.total ?? 0;
  const set = useCallback(
    (change: Partial<Duplicates>, replace = true) =>
      navigate({
        to: '/dataset/$id/duplicates',
        params: { id },
        search: (was) => ({ ...was, at: undefined, ...change }),
        replace,
        resetScroll: false,
      }),
    [id, navigate],
  );
  const open = useCallback((index: number) => set({ at: index <= 0 ? undefined : index }), [set]);
  const decide = useMutation({
    mutationFn: (wish: { keep?: string[]; free?: string[] }) =>
      send('POST', `/dataset/${id}/duplicates/decisions`, wish),
    onSuccess: (_, { keep = [], free = [] }) => {
      setDecided((times) => times + 1);
      const back = { keep: free, free: keep };
      say(
        keep.length > 0
          ? `${plural(keep.length, 'picture')} kept whatever the rule says`
          : 'Left to the rule again',
        { label: 'Undo', act: () => decide.mutate(back) },
      );
    },
    onError: (cause) => sayFault('Nothing was decided', cause),
  });
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
      if (event.key === 'j') open(Math.min(total - 1, at + 1));
      else if (event.key === 'k') open(Math.max(0, at - 1));
      else return;
      event.preventDefault();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [at, open, total]);

  const shown = group(at);
  const nothing = summary !== null && total === 0 && !waiting;
  const narrowed = tier !== undefined || state.likeness !== undefined;
  return (
    <main className="flex h-full flex-col">
      <div className="flex min-h-11 shrink-0 flex-wrap items-center gap-x-4 gap-y-1.5 border-b border-line px-4 py-1.5">
        <h2 className="font-semibold max-sm:sr-only">Duplicates</h2>
        <RuleBar rule={state.keep} onChange={(keep) => set({ keep })} />
        <LikenessSlider
          value={state.likeness ?? 0}
          onChange={(likeness) => set({ likeness: likeness === 0 ? undefined : likeness })}
        />
        <span className="grow" />
        {summary && (
          <span
            className={`text-13 text-soft transition-opacity ${waiting ? 'opacity-60' : ''}`}
            aria-live="polite"
          >
            {plural(summary.all.remove, 'picture')} could go, {bytes(summary.all.bytes)}
          </span>
        )}
        <Button
          look="primary"
          className="h-8!"
          disabled={!summary || summary.all.remove === 0}
          onClick={() => setAsking(true)}
        >
          Preview plan
        </Button>
      </div>
      <TierBar state={state} onTier={(one) => set({ tier: one }, false)} id={id} />
      {pages.error && (
        <div className="p-4">
          <Fault
            what="The duplicates could not be listed"
            cause={pages.error}
            onRetry={() => {
              pages.retry();
              pages.want(at, at);
            }}
          />
        </div>
      )}
      {!summary && !pages.error && (
        <div className="p-4">
          <Reading verb="Working out" what="the plan" />
        </div>
      )}
      {nothing && (
        <Empty
          icon={<CopyCheck size={40} strokeWidth={1.5} />}
          title={narrowed ? 'No duplicates of that kind' : 'No duplicates'}
        >
          {narrowed ? (
            <Button onClick={() => set({ tier: undefined, likeness: undefined })}>
              Show all kinds
            </Button>
          ) : (
            <p>
              Here would be every group of equal or nearly equal pictures: the same file twice, the
              same picture in another size, edited or mirrored copies.
            </p>
          )}
        </Empty>
      )}
      {total > 0 && (
        <div className="flex min-h-0 grow flex-col md:flex-row">
          <GroupList
            key={`${tier ?? 'all'} ${state.likeness ?? 0}`}
            total={total}
            group={group}
            want={want}
            at={at}
            onOpen={open}
          />
          <div className="min-h-0 grow overflow-y-auto">
            {shown && (
              <GroupView
                key={shown.group_id}
                id={id}
                group={shown}
                place={at}
                total={total}
                deciding={decide.isPending}
                onDecide={may('resolve') ? (wish) => decide.mutate(wish) : null}
              />
            )}
          </div>
        </div>
      )}
      {summary && (
        <PlanDialog
          id={id}
          state={state}
          plan={summary}
          applies={may('resolve')}
          open={asking}
          onClose={() => setAsking(false)}
        />
      )}
    </main>
  );
}

/** The tiers that there are, with how many groups each has, whatever is chosen. */
function TierBar({
  id,
  state,
  onTier,
}: {
  id: string;
  state: Duplicates;
  onTier: (tier: Duplicates['tier']) => void;
}) {
  const { data } = useQuery(ask.groups(id, undefined, 0, 1));
  const tiers = TIERS.filter((one) => data?.tiers[one]);
  if (!data || tiers.length < 2) return null;
  const all = tiers.reduce((sum, one) => sum + (data.tiers[one]?.groups ?? 0), 0);
  return (
    <div
      role="group"
      aria-label="Tier"
      className="flex shrink-0 flex-wrap gap-1 border-b border-line px-3 py-1"
    >
      {[undefined, ...tiers].map((one) => (
        <button
          key={one ?? 'all'}
          type="button"
          aria-pressed={one === state.tier}
          title={one && TIER_WORDS[one].why}
          onClick={() => onTier(one)}
          className="h-7 rounded-full px-3 text-13 text-soft hover:bg-hover aria-pressed:bg-accent-wash aria-pressed:font-semibold aria-pressed:text-accent-ink"
        >
          {one ? TIER_WORDS[one].name : 'All'}{' '}
          <span className="font-normal text-soft">
            {number(one ? (data.tiers[one]?.groups ?? 0) : all)}
          </span>
        </button>
      ))}
    </div>
  );
}
