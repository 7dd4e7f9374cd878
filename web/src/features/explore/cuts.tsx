/** Histograms with handles, each over one number of the facets. */
import { useQuery } from '@tanstack/react-query';
import type { Facets, Issue, Measure } from '../../api/types';
import { Histogram } from './histogram';
import { LIKENESS_BARS, readLikeness } from './likeness';
import { MEASURE_WORDS, rangeBetween } from './scale';
import { cutOf, type Explore, FULL, filterOf, rangeOf, refine, withCut, withRange } from './state';
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
/** `60`, `60 %`. */
const percent = (text: string) => score(String(Number(text.replace('%', '').trim()) / 100));
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

/** How alike to what was searched with, over all results of the search. */
export function AlikeCut({ id, state, go }: Omit<CutProps, 'facets'> & { id: string }) {
  const uncut = filterOf({ ...state, alike: undefined });
  const { data: bars } = useQuery({
    queryKey: ['dataset', id, 'likeness', uncut],
    queryFn: ({ signal }) => readLikeness(id, uncut, signal),
    staleTime: 30_000,
    retry: false,
  });
  return (
    <Histogram
      label="How alike at least"
      scale={{
        least: 0,
        most: 1,
        logarithmic: false,
        bars: bars ?? Array<number>(LIKENESS_BARS).fill(0),
      }}
      counted={bars !== undefined}
      from={state.alike}
      to={undefined}
      show={(value) => `${Math.round(value * 100)} %`}
      read={percent}
      openEnd
      onChange={(from) => {
        const alike = hundredths(from);
        go(refine(state, { alike: alike > 0 ? alike : undefined }), state.alike !== undefined);
      }}
    />
  );
}
