import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { send } from '../../api/client';
import { type Change, type Plan, TIERS } from '../../api/types';
import { bytes, number, plural } from '../../format';
import { Turning } from '../../ui/bits';
import { Button, buttonLook } from '../../ui/button';
import { Fault } from '../../ui/error';
import { Dialog } from '../../ui/overlay';
import { say } from '../../ui/toast';
import { TIER_WORDS } from '../explore/words';
import { marksChanged, undo } from '../tags/marks';
import { planQuery } from './plan';
import { keepText } from './rule';
import type { Duplicates } from './state';

/** The whole plan in numbers, before anything is done. */
export function PlanDialog({
  id,
  state,
  plan,
  applies,
  open,
  onClose,
}: {
  id: string;
  state: Duplicates;
  plan: Plan;
  /** Whether whoever looks may apply it. */
  applies: boolean;
  open: boolean;
  onClose: () => void;
}) {
  const queries = useQueryClient();
  const apply = useMutation({
    mutationFn: () =>
      send<Change>('POST', `/dataset/${id}/duplicates/apply`, { tag: 'remove' }, planQuery(state)),
    onSuccess: (change) => {
      marksChanged(queries, id);
      say(`${plural(plan.all.remove, 'picture')} tagged “remove”`, {
        label: 'Undo',
        act: () => void undo(queries, id, change.change_id),
      });
      onClose();
    },
  });
  const tiers = TIERS.filter((tier) => plan.tiers[tier]);
  const rule = state.keep?.map(keepText).join(', then ') ?? 'the best copy, as the analysis judges';
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title={`${plural(plan.all.remove, 'picture')} would go, ${bytes(plan.all.bytes)}`}
      about={`Kept of each group: ${rule}. No file is touched by this.`}
    >
      <table className="w-full text-left text-13">
        <thead className="text-12 text-soft">
          <tr>
            <th scope="col" className="py-1 font-semibold">
              Kind
            </th>
            <th scope="col" className="py-1 text-right font-semibold">
              Groups
            </th>
            <th scope="col" className="py-1 text-right font-semibold">
              Pictures that go
            </th>
            <th scope="col" className="py-1 text-right font-semibold">
              Size
            </th>
          </tr>
        </thead>
        <tbody className="[&_td]:border-t [&_td]:border-line [&_td]:py-1.5">
          {tiers.map((tier) => (
            <tr key={tier}>
              <td>{TIER_WORDS[tier].name}</td>
              <td className="text-right">{number(plan.tiers[tier]?.groups ?? 0)}</td>
              <td className="text-right">{number(plan.tiers[tier]?.remove ?? 0)}</td>
              <td className="text-right">{bytes(plan.tiers[tier]?.bytes ?? 0)}</td>
            </tr>
          ))}
          <tr className="font-semibold">
            <td>All</td>
            <td className="text-right">{number(plan.all.groups)}</td>
            <td className="text-right">{number(plan.all.remove)}</td>
            <td className="text-right">{bytes(plan.all.bytes)}</td>
          </tr>
        </tbody>
      </table>
      <p className="mt-4 text-13 text-soft">
        {applies
          ? 'Applying tags what goes “remove” and gives its other tags to what stays. A task does it; it can be taken back as a whole.'
          : 'Editors of this dataset can apply it.'}
      </p>
      {apply.error && (
        <div className="mt-3">
          <Fault what="The plan was not applied" cause={apply.error} />
        </div>
      )}
      <div className="mt-4 flex flex-wrap justify-end gap-2">
        <Link
          to="/dataset/$id/data"
          params={{ id }}
          search={{ duplicates: 'any', ...(state.tier ? { tier: [state.tier] } : {}) }}
          className={buttonLook()}
        >
          See the copies in the grid
        </Link>
        {applies && (
          <Button
            look="primary"
            disabled={apply.isPending || plan.all.remove === 0}
            onClick={() => apply.mutate()}
          >
            {apply.isPending && <Turning />} Tag {plural(plan.all.remove, 'picture')} “remove”
          </Button>
        )}
      </div>
    </Dialog>
  );
}
