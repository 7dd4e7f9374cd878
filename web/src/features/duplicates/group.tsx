import { useEffect, useState } from 'react';
import type { Group } from '../../api/types';
import { number } from '../../format';
import { Button } from '../../ui/button';
import { SideBySide } from '../explore/side-by-side';
import { TIER_WORDS } from '../explore/words';

/** How like the kept one a copy is; never `100 %` where it is not equal. */
function alikeWords(likeness: number): string {
  if (likeness >= 1) return 'Copy, equal';
  return `Copy, ${Math.min(99.9, likeness * 100).toFixed(1)} % alike`;
}

/** One group: its members beside each other, and any two in one place to blink between. */
export function GroupView({
  id,
  group,
  place,
  total,
}: {
  id: string;
  group: Group;
  place: number;
  total: number;
}) {
  const [held, setHeld] = useState(false);
  const [other, setOther] = useState(0);
  useEffect(() => {
    const down = (event: KeyboardEvent) => {
      if (event.key === 'b' && !event.ctrlKey && !event.metaKey) setHeld(true);
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
  const rival = group.others[other] ?? group.others[0];
  const likeness = new Map(
    group.others.map((one) => [one.media_id, one.likeness ?? 1 - (one.distance ?? 0)]),
  );
  if (!rival) return null;
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
        <div className="relative h-[min(46vh,520px)] overflow-hidden rounded-card bg-ground">
          {[group.keep, rival].map((card, at) => (
            <img
              key={card.media_id}
              src={card.media_thumb_uri}
              alt={card.original_uri}
              className={`absolute inset-0 size-full object-contain ${(at === 1) === held ? '' : 'invisible'}`}
            />
          ))}
          <span className="absolute top-3 left-3 rounded-full bg-scrim px-2 py-0.5 text-12 text-white">
            {held ? 'Copy' : 'Keep'}
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
          {group.others.length > 1 && (
            <span className="flex flex-wrap gap-1" role="group" aria-label="Compared with">
              {group.others.slice(0, 8).map((one, at) => (
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
        </figcaption>
      </figure>
      <SideBySide
        id={id}
        cards={[group.keep, ...group.others]}
        tag={(card) =>
          card.media_id === group.keep.media_id ? (
            <span className="w-fit rounded-full bg-accent-wash px-2 text-12 font-semibold text-accent-ink">
              Keep
            </span>
          ) : (
            <span className="text-12 text-soft">
              {alikeWords(likeness.get(card.media_id) ?? 1)}
            </span>
          )
        }
      />
    </div>
  );
}
