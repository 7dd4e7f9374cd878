import { useEffect, useState } from 'react';
import { viewable } from '../../api/queries';
import type { PlannedGroup } from '../../api/types';
import { number } from '../../format';
import { Button } from '../../ui/button';
import { typing } from '../../ui/typing';
import { SideBySide } from '../explore/side-by-side';
import { TIER_WORDS } from '../explore/words';

/** How like the kept one a copy is; never `100 %` where it is not equal. */
function alikeWords(likeness: number): string {
  if (likeness >= 1) return 'Goes, equal';
  return `Goes, ${Math.min(99.9, likeness * 100).toFixed(1)} % alike`;
}

export interface Decision {
  keep?: string[];
  free?: string[];
}

/** One group: its members beside each other, and any two in one place to blink between. */
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
  const [held, setHeld] = useState(false);
  const [other, setOther] = useState(0);
  const [kept, ...more] = group.keep;
  const rivals = [...more, ...group.remove];
  const rival = rivals[other] ?? rivals[0];
  const decided = group.keep.filter((card) => card.decided).map((card) => card.media_id);
  // Deciding for one copy takes the place of what was decided before in its group.
  const keepOnly = (mediaId: string) =>
    onDecide?.({ keep: [mediaId], free: decided.filter((one) => one !== mediaId) });
  useEffect(() => {
    const down = (event: KeyboardEvent) => {
      if (typing(event.target) || event.ctrlKey || event.metaKey) return;
      if (event.key === 'b') setHeld(true);
    };
    const up = (event: KeyboardEvent) => {
      if (event.key === 'b') setHeld(false);
    };
    window.addEventListener('keydown', down);
    window.addEventListener('keyup', up);
    return () => {
      window.removeEventListener('keydown', down);
      window.removeEventListener('keyup', up);
    };
  }, []);
  if (!kept || !rival) return null;
  const likeness = new Map(group.remove.map((one) => [one.media_id, one.likeness]));
  return (
    <div className="mx-auto flex max-w-[1200px] flex-col gap-5 p-4 sm:p-6">
      <div className="flex flex-wrap items-baseline gap-x-3">
        <h3 className="text-16 font-semibold">{TIER_WORDS[group.tier].name}</h3>
        <p className="min-w-0 grow text-13 text-soft">{TIER_WORDS[group.tier].why}</p>
        <span className="text-12 text-soft">
          {number(place + 1)} of {number(total)}
        </span>
      </div>
      <figure>
        <div className="relative h-[min(42vh,520px)] overflow-hidden rounded-card bg-ground">
          {[kept, rival].map((card, at) => (
            <img
              key={card.media_id}
              src={viewable(id, card.media_id)}
              alt={card.original_uri}
              className={`absolute inset-0 size-full object-contain ${(at === 1) === held ? '' : 'invisible'}`}
              style={{
                backgroundImage: `url("${card.media_thumb_uri}")`,
                backgroundSize: 'contain',
                backgroundPosition: 'center',
                backgroundRepeat: 'no-repeat',
              }}
            />
          ))}
          <span className="absolute top-3 left-3 rounded-full bg-scrim px-2 py-0.5 text-12 text-white">
            {held ? (likeness.has(rival.media_id) ? 'Goes' : 'Stays too') : 'Stays'}
          </span>
        </div>
        <figcaption className="mt-2 flex flex-wrap items-center gap-2">
          <Button
            aria-pressed={held}
            onPointerDown={() => setHeld(true)}
            onPointerUp={() => setHeld(false)}
            onPointerLeave={() => setHeld(false)}
            className="touch-none select-none aria-pressed:bg-accent-wash"
          >
            Hold to blink <kbd className="font-mono text-12 text-soft">b</kbd>
          </Button>
          {rivals.length > 1 && (
            <span className="flex flex-wrap gap-1" role="group" aria-label="Compared with">
              {rivals.slice(0, 8).map((one, at) => (
                <button
                  key={one.media_id}
                  type="button"
                  aria-pressed={at === other}
                  onClick={() => setOther(at)}
                  className="h-8 rounded-control px-2.5 text-13 text-soft hover:bg-hover aria-pressed:bg-accent-wash aria-pressed:font-semibold aria-pressed:text-accent-ink"
                >
                  Copy {at + 1}
                </button>
              ))}
            </span>
          )}
          <span className="grow" />
          {onDecide && group.remove.length > 0 && (
            <Button
              disabled={deciding}
              onClick={() => onDecide({ keep: group.remove.map((one) => one.media_id) })}
            >
              Keep all
            </Button>
          )}
          {onDecide && decided.length > 0 && (
            <Button disabled={deciding} onClick={() => onDecide({ free: decided })}>
              Leave it to the rule
            </Button>
          )}
        </figcaption>
      </figure>
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
