import { type KeyboardEvent as Press, type ReactNode, useEffect, useState } from 'react';
import { viewable } from '../../api/queries';
import type { Card } from '../../api/types';
import { Button } from '../../ui/button';

/** Two pictures in one place: while the button, the picture or `b` is held, the other shows. */
export function Blink({
  id,
  here,
  other,
  words: [hereWord, otherWord],
  listens,
  children,
}: {
  id: string;
  here: Card;
  other: Card;
  /** What to call them. */
  words: readonly [here: string, other: string];
  /** Whether a key is meant for this place and not for something over it. */
  listens: (target: EventTarget | null) => boolean;
  /** What else stands under the picture. */
  children?: ReactNode;
}) {
  const [held, setHeld] = useState(false);
  useEffect(() => {
    const down = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || !listens(event.target)) return;
      if (event.key.toLowerCase() === 'b') setHeld(true);
    };
    const up = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() === 'b') setHeld(false);
    };
    // A key let go in another window is never heard of here.
    const away = () => setHeld(false);
    window.addEventListener('keydown', down);
    window.addEventListener('keyup', up);
    window.addEventListener('blur', away);
    return () => {
      window.removeEventListener('keydown', down);
      window.removeEventListener('keyup', up);
      window.removeEventListener('blur', away);
    };
  }, [listens]);
  const presses = (event: Press) => event.key === ' ' || event.key === 'Enter';
  const pointer = {
    onPointerUp: () => setHeld(false),
    onPointerLeave: () => setHeld(false),
    onPointerCancel: () => setHeld(false),
  };
  return (
    <figure>
      <div
        {...pointer}
        onPointerDown={(event) => {
          // A finger on the picture scrolls the page; it has the button.
          if (event.pointerType === 'mouse' && event.button === 0) setHeld(true);
        }}
        className="relative h-[min(42vh,520px)] overflow-hidden rounded-card bg-ground select-none"
      >
        {[here, other].map((card, at) => (
          <img
            key={card.media_id}
            src={viewable(id, card.media_id)}
            alt={card.original_uri}
            draggable={false}
            className={`absolute inset-0 size-full object-contain ${(at === 1) === held ? '' : 'invisible'}`}
            style={{
              backgroundImage: `url("${card.media_thumb_uri}")`,
              backgroundSize: 'contain',
              backgroundPosition: 'center',
              backgroundRepeat: 'no-repeat',
            }}
          />
        ))}
        <span
          aria-live="polite"
          className="absolute top-3 left-3 max-w-[calc(100%-24px)] truncate rounded-full bg-scrim px-2 py-0.5 text-12 text-white"
        >
          {held ? otherWord : hereWord}
        </span>
      </div>
      <figcaption className="mt-2 flex flex-wrap items-center gap-2">
        <Button
          {...pointer}
          aria-pressed={held}
          onPointerDown={() => setHeld(true)}
          onKeyDown={(event) => presses(event) && setHeld(true)}
          onKeyUp={(event) => presses(event) && setHeld(false)}
          onBlur={() => setHeld(false)}
          // A finger that rests must not open the browser's menu.
          onContextMenu={(event) => event.preventDefault()}
          className="touch-none select-none aria-pressed:bg-accent-wash"
        >
          Hold to blink <kbd className="font-mono text-12 text-soft">b</kbd>
        </Button>
        {children}
      </figcaption>
    </figure>
  );
}

/** Which of several copies is looked at beside the first. */
export function Rivals({
  count,
  chosen,
  name,
  onChoose,
}: {
  count: number;
  chosen: number;
  /** What the first of them is called, from its place. */
  name: (at: number) => string;
  onChoose: (at: number) => void;
}) {
  if (count < 2) return null;
  return (
    <span className="flex flex-wrap gap-1" role="group" aria-label="Compared with">
      {Array.from({ length: count }, (_, at) => (
        <button
          key={at}
          type="button"
          aria-pressed={at === chosen}
          onClick={() => onChoose(at)}
          className="h-8 rounded-control px-2.5 text-13 text-soft hover:bg-hover aria-pressed:bg-accent-wash aria-pressed:font-semibold aria-pressed:text-accent-ink"
        >
          {name(at)}
        </button>
      ))}
    </span>
  );
}
