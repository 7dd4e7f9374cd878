import { Slider } from '@base-ui/react/slider';
import { useEffect, useState } from 'react';
import { number } from '../../format';

/** Values in `bins` that lie between `min` and `max`, bins that are cut counted in part. */
export function within(bins: readonly number[], min: number, max: number): number {
  const width = 1 / bins.length;
  return Math.round(
    bins.reduce((sum, count, at) => {
      const [from, to] = [at * width, (at + 1) * width];
      const part = Math.max(0, Math.min(to, max) - Math.max(from, min)) / width;
      return sum + count * part;
    }, 0),
  );
}

/**
 * A score from 0 to 1 over all pictures, with two handles. The count under it lives while a handle
 * moves; the filter follows when it is let go.
 */
export function Histogram({
  label,
  bins,
  min,
  max,
  onChange,
}: {
  label: string;
  bins: readonly number[];
  min: number;
  max: number;
  onChange: (min: number, max: number) => void;
}) {
  const [range, setRange] = useState<[number, number]>([min, max]);
  useEffect(() => setRange([min, max]), [min, max]);
  const [from, to] = range;
  // The many unremarkable pictures would flatten everything else: heights go by square root.
  const highest = Math.sqrt(Math.max(1, ...bins));
  const field = (name: string, value: number, put: (value: number) => [number, number]) => (
    <input
      type="number"
      aria-label={`${label}: ${name}`}
      min={0}
      max={1}
      step={0.01}
      value={value}
      onChange={(event) => setRange(put(Math.min(1, Math.max(0, Number(event.target.value)))))}
      onBlur={() => onChange(Math.min(from, to), Math.max(from, to))}
      onKeyDown={(event) => {
        if (event.key === 'Enter') onChange(Math.min(from, to), Math.max(from, to));
      }}
      className="field h-6! w-14 px-1.5! text-12!"
    />
  );
  return (
    <div>
      <div className="flex h-10 items-end gap-px" aria-hidden>
        {bins.map((count, at) => {
          const middle = (at + 0.5) / bins.length;
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
        value={range}
        min={0}
        max={1}
        step={0.01}
        onValueChange={(value) => setRange(value as [number, number])}
        onValueCommitted={(value) => {
          const [a, b] = value as [number, number];
          onChange(a, b);
        }}
      >
        <Slider.Control className="flex h-4 w-full touch-none items-center">
          <Slider.Track className="h-0.5 w-full bg-edge">
            <Slider.Indicator className="bg-accent" />
            {(['from', 'to'] as const).map((end, at) => (
              <Slider.Thumb
                key={end}
                index={at}
                aria-label={`${label}: ${end}`}
                className="size-3.5 rounded-full border-2 border-raised bg-accent-fill shadow-[0_0_0_1px_var(--color-accent-fill)] has-[:focus-visible]:outline-2 has-[:focus-visible]:outline-offset-2 has-[:focus-visible]:outline-accent"
              />
            ))}
          </Slider.Track>
        </Slider.Control>
      </Slider.Root>
      <div className="mt-1 flex items-center gap-1.5 text-12 text-soft">
        {field('from', from, (value) => [value, to])}–{field('to', to, (value) => [from, value])}
        <span className="grow text-right" aria-live="polite" title="Pictures in this range">
          {number(within(bins, from, to))}
        </span>
      </div>
    </div>
  );
}
