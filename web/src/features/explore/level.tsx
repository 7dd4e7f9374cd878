import { LEVEL } from './state';

export const LEVEL_WORDS = ['finest', 'fine', 'medium', 'coarse', 'coarsest'];

/** How coarse the clusters are; the usual level is told as none, so that it needs no address. */
export function LevelSlider({
  level,
  onLevel,
}: {
  level: number;
  onLevel: (level: number | undefined) => void;
}) {
  return (
    <input
      type="range"
      aria-label="Granularity of clusters, finest to coarsest"
      aria-valuetext={LEVEL_WORDS[level]}
      min={LEVEL.min}
      max={LEVEL.max}
      step={1}
      value={level}
      onChange={(event) => {
        const now = Number(event.target.value);
        onLevel(now === LEVEL.usual ? undefined : now);
      }}
      className="range w-[72px] sm:w-[120px]"
    />
  );
}
