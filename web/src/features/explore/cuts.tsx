/** Histograms with handles, each over one number of the facets. */
import { useEffect, useState } from 'react';
import type { Facets, Issue, Measure } from '../../api/types';
import { Histogram } from './histogram';
import { MEASURE_WORDS, rangeBetween } from './scale';
import { cutOf, type Explore, FULL, rangeOf, refine, withCut, withRange } from './state';
import { ISSUE_WORDS } from './words';

/** Shows another state; one that only moves a cut takes the place of the one before. */
export type Go = (state: Explore, replace?: boolean) => void;

interface CutProps {
  facets: Facets;
  state: Explore;
  go: Go;
}

const score = (text: string) => {
  const value = Number(text.trim().replace(',', '.'));
  return text.trim() !== '' && value >= 0 && value <= 1 ? value : null;
};
const hundredths = (value: number) => Math.round(value * 100) / 100;

export function IssueCut({ kind, facets, state, go }: CutProps & { kind: Issue }) {
  const bars = facets.issues[kind]?.histogram ?? [];
  const cut = cutOf(state, kind) ?? { kind, ...FULL };
  if (bars.length === 0) return null;
  // Finer than the bars, so that a cut can be set to the hundredth.
  const fine = bars.flatMap((count) => Array<number>(5).fill(count / 5));
  return (
    <Histogram
      label={ISSUE_WORDS[kind].name}
      scale={{ least: 0, most: 1, logarithmic: false, bars: fine }}
      from={cut.min}
      to={cut.max}
      show={(value) => value.toFixed(2)}
      read={score}
      onChange={(from, to) =>
        go(
          withCut(state, kind, { kind, min: hundredths(from), max: hundredths(to) }),
          cutOf(state, kind) !== null,
        )
      }
    />
  );
}

export function MeasureCut({ measure, facets, state, go }: CutProps & { measure: Measure }) {
  const scale = facets.measures?.[measure];
  if (!scale) return null;
  const range = rangeOf(state, measure);
  const words = MEASURE_WORDS[measure];
  return (
    <Histogram
      label={words.name}
      scale={scale}
      from={range?.from}
      to={range?.to}
      show={words.show}
      read={words.read}
      onChange={(from, to) => {
        const wanted = rangeBetween(measure, scale, from, to);
        const whole = wanted.from === undefined && wanted.to === undefined;
        go(withRange(state, measure, whole ? null : wanted), range !== null);
      }}
    />
  );
}

/** How alike to what was searched with. How many that leaves, the result tells. */
export function AlikeCut({ state, go }: Omit<CutProps, 'facets'>) {
  const [now, setNow] = useState(state.alike ?? 0);
  useEffect(() => setNow(state.alike ?? 0), [state.alike]);
  const settle = () => {
    if (now !== (state.alike ?? 0)) {
      go(refine(state, { alike: now > 0 ? now : undefined }), state.alike !== undefined);
    }
  };
  return (
    <label className="flex items-center gap-2 text-12 text-soft">
      <input
        type="range"
        aria-label="How alike at least"
        min={0}
        max={0.99}
        step={0.01}
        value={now}
        onChange={(event) => setNow(Number(event.target.value))}
        onPointerUp={settle}
        onKeyUp={settle}
        onBlur={settle}
        className="range min-w-0 grow"
      />
      <span className="w-10 text-right">{Math.round(now * 100)} %</span>
    </label>
  );
}
