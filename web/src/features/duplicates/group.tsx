import { useEffect, useState } from 'react';
import type { PlannedGroup } from '../../api/types';
import { number } from '../../format';
import { Button } from '../../ui/button';
import { typing } from '../../ui/typing';
import { Blink, Rivals } from '../explore/blink';
import { SideBySide } from '../explore/side-by-side';
import { TIER_WORDS } from '../explore/words';
import { meant } from './keys';

/** Copies that can be put in the place of the kept one; more stand below alone. */
const RIVALS = 8;

const ours = (target: EventTarget | null) => !typing(target);

/** How like the kept one a copy is; never `100 %` where it is not equal. */
function alikeWords(likeness: number): string {
  if (likeness >= 1) return 'Goes, equal';
  return `Goes, ${Math.min(99.9, likeness * 100).toFixed(1)} % alike`;
}

export interface Decision {
  keep?: string[];
  free?: string[];
}

/**
 * One group: its members beside each other, and the kept one and any other in one place to blink
 * between. The digits choose the other, `o` keeps it instead, `a` keeps all.
 */
export function GroupView({
  id,
  group,
  place,
  total,
  deciding,
  onDecide,
}: {
  id: string;
  group: PlannedGroup;
  place: number;
  total: number;
  deciding: boolean;
  /** Nothing where whoever looks may not decide. */
  onDecide: ((decision: Decision) => void) | null;
}) {
  const [other, setOther] = useState(0);
  const [kept, ...more] = group.keep;
  const rivals = [...more, ...group.remove];
  const rival = rivals[other] ?? rivals[0];
  const likeness = new Map(group.remove.map((one) => [one.media_id, one.likeness]));
  const decided = group.keep.filter((card) => card.decided).map((card) => card.media_id);
  // Deciding for one copy takes the place of what was decided before in its group.
  const keepOnly = (mediaId: string) =>
    onDecide?.({ keep: [mediaId], free: decided.filter((one) => one !== mediaId) });
  const keepAll = () => onDecide?.({ keep: group.remove.map((one) => one.media_id) });
  const change = onDecide && group.remove.length > 0 && !deciding;
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (typing(event.target)) return;
      const told = meant(event, Math.min(rivals.length, RIVALS));
      if (told?.do === 'compare') setOther(told.at);
      else if (told?.do === 'keep-other' && rival && change && likeness.has(rival.media_id)) {
        keepOnly(rival.media_id);
      } else if (told?.do === 'keep-all' && change) keepAll();
      else return;
      event.preventDefault();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  });
  if (!kept || !rival) return null;
  return (
    <div className="mx-auto flex max-w-[1200px] flex-col gap-5 p-4 sm:p-6">
      <div className="flex flex-wrap items-baseline gap-x-3">
        <h3 className="text-16 font-semibold">{TIER_WORDS[group.tier].name}</h3>
        <p className="min-w-0 grow text-13 text-soft">{TIER_WORDS[group.tier].why}</p>
        <span className="text-12 text-soft">
          {number(place + 1)} of {number(total)}
        </span>
      </div>
      <Blink
        id={id}
        here={kept}
        other={rival}
        words={['Stays', likeness.has(rival.media_id) ? 'Goes' : 'Stays too']}
        listens={ours}
      >
        <Rivals
          count={Math.min(rivals.length, RIVALS)}
          chosen={other}
          name={(at) => `Copy ${at + 1}`}
          onChoose={setOther}
        />
        <span className="grow" />
        {onDecide && group.remove.length > 0 && (
          <Button disabled={deciding} onClick={keepAll} title="Keep all of this group (a)">
            Keep all
          </Button>
        )}
        {onDecide && decided.length > 0 && (
          <Button disabled={deciding} onClick={() => onDecide({ free: decided })}>
            Leave it to the rule
          </Button>
        )}
      </Blink>
      <SideBySide
        id={id}
        cards={[kept, ...rivals]}
        tag={(card) => {
          const goes = likeness.get(card.media_id);
          return goes === undefined ? (
            <span className="flex min-h-7 items-center">
              <span className="rounded-full bg-accent-wash px-2 text-12 font-semibold text-accent-ink">
                {decided.includes(card.media_id) ? 'Stays, you decided' : 'Stays'}
              </span>
            </span>
          ) : (
            <span className="flex min-h-7 items-center gap-2">
              <span className="grow text-12 text-soft">{alikeWords(goes)}</span>
              {onDecide && (
                <Button
                  className="h-7! px-2.5!"
                  disabled={deciding}
                  onClick={() => keepOnly(card.media_id)}
                >
                  Keep this one
                </Button>
              )}
            </span>
          );
        }}
      />
    </div>
  );
}
