import { Slider } from '@base-ui/react/slider';
import { useEffect, useState } from 'react';
import type { Bars } from '../../api/types';
import { plural } from '../../format';
import { fewer, placeOf, valueAt, within } from './scale';

/** Bars that can still be told apart in the narrow column of the facets. */
const BARS_MAX = 50;

/**
 * A number over all pictures, with two handles. The count under it lives while a handle moves; the
 * filter follows when it is let go. Places run from 0 to 1 over the whole scale.
 */
export function Histogram({
  label,
  scale,
  from: from_,
  to: to_,
  show,
  read,
  openEnd = false,
  counted = true,
  onChange,
}: {
  label: string;
  scale: Bars;
  /** The cut, in the number's own unit; an end that is left out is open. */
  from: number | undefined;
  to: number | undefined;
  show: (value: number) => string;
  /** What somebody typed; nothing where it is no such number. */
  read: (text: string) => number | null;
  /** Whether only a least value is asked for. */
  openEnd?: boolean;
  /** Whether the bars are there yet; before, nothing is said of how many lie within. */
  counted?: boolean;
  /** Told the two places. */
  onChange: (from: number, to: number) => void;
}) {
  const left = from_ === undefined ? 0 : placeOf(scale, from_);
  const right = to_ === undefined ? 1 : placeOf(scale, to_);
  const [[from, to], setPlaces] = useState<readonly [number, number]>([left, right]);
  useEffect(() => setPlaces([left, right]), [left, right]);
  const steps = scale.bars.length;
  const bars = fewer(scale.bars, BARS_MAX);
  // The many unremarkable pictures would flatten everything else: heights go by square root.
  const highest = Math.sqrt(Math.max(1, ...bars));
  const flat = scale.most <= scale.least;
  return (
    <div>
      <div className="flex h-10 items-end gap-px" aria-hidden>
        {bars.map((count, at) => {
          const middle = (at + 0.5) / bars.length;
          return (
            <div
              key={at}
              className={`min-w-0 grow rounded-t-[1px] ${middle >= from && middle <= to ? 'bg-accent' : 'bg-pressed'}`}
              style={{
                height: `${count === 0 ? 0 : Math.max(4, (Math.sqrt(count) / highest) * 100)}%`,
              }}
            />
          );
        })}
      </div>
      <Slider.Root
        value={
          openEnd ? [Math.round(from * steps)] : [Math.round(from * steps), Math.round(to * steps)]
        }
        min={0}
        max={steps}
        step={1}
        disabled={flat}
        onValueChange={(value) => {
          const [a = 0, b = steps] = value as readonly number[];
          setPlaces([a / steps, b / steps]);
        }}
        onValueCommitted={(value) => {
          const [a = 0, b = steps] = value as readonly number[];
          onChange(a / steps, b / steps);
        }}
      >
        <Slider.Control className="flex h-4 w-full touch-none items-center">
          <Slider.Track className="h-0.5 w-full bg-edge">
            <Slider.Indicator className="bg-accent" />
            {(openEnd ? (['from'] as const) : (['from', 'to'] as const)).map((end, at) => (
              <Slider.Thumb
                key={end}
                index={at}
                aria-label={`${label}: ${end}`}
                getAriaValueText={(_, value) => show(valueAt(scale, value / steps))}
                className="size-3.5 rounded-full border-2 border-raised bg-accent-fill shadow-[0_0_0_1px_var(--color-accent-fill)] has-[:focus-visible]:outline-2 has-[:focus-visible]:outline-offset-2 has-[:focus-visible]:outline-accent"
              />
            ))}
          </Slider.Track>
        </Slider.Control>
      </Slider.Root>
      <div className="mt-1 flex items-center gap-1 text-12 text-soft">
        <End
          name={`${label}: from`}
          value={show(valueAt(scale, from))}
          onText={(text) => {
            const value = read(text);
            if (value === null) return false;
            onChange(Math.min(placeOf(scale, value), to), to);
            return true;
          }}
        />
        {openEnd ? (
          <span className="grow">or more</span>
        ) : (
          <>
            –
            <End
              name={`${label}: to`}
              value={show(valueAt(scale, to))}
              onText={(text) => {
                const value = read(text);
                if (value === null) return false;
                onChange(from, Math.max(placeOf(scale, value), from));
                return true;
              }}
            />
          </>
        )}
      </div>
      <p className="mt-1 text-12 text-soft" aria-live="polite">
        {counted ? `${plural(within(scale.bars, from, to), 'picture')} within` : '\u00a0'}
      </p>
    </div>
  );
}

/** One end of a cut, which can be typed. */
function End({
  name,
  value,
  onText,
}: {
  name: string;
  value: string;
  onText: (text: string) => boolean;
}) {
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  const settle = () => {
    if (text !== value && !onText(text)) setText(value);
  };
  return (
    <input
      aria-label={name}
      value={text}
      spellCheck={false}
      autoComplete="off"
      onChange={(event) => setText(event.target.value)}
      onFocus={(event) => event.target.select()}
      onBlur={settle}
      onKeyDown={(event) => {
        if (event.key === 'Enter') settle();
        if (event.key === 'Escape') setText(value);
      }}
      className="field h-6! w-0 grow px-1.5! text-12!"
    />
  );
}
