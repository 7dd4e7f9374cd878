import { CircleAlert, CircleCheck, CircleDashed, LoaderCircle, Lock } from 'lucide-react';
import type { ReactNode } from 'react';
import type { StatusNew } from '../api/types';
import { ago, exact, parseTime } from '../format';

/** A page that teaches what would be here and how to get it. */
export function Empty({
  icon,
  title,
  alone = false,
  children,
}: {
  icon: ReactNode;
  title: string;
  /** True where the page has no other heading. */
  alone?: boolean;
  children?: ReactNode;
}) {
  const Heading = alone ? 'h1' : 'h2';
  return (
    <div className="mx-auto flex max-w-[480px] flex-col items-center gap-2 px-4 py-16 text-center">
      <div className="mb-2 text-edge" aria-hidden>
        {icon}
      </div>
      <Heading className="text-16 font-semibold">{title}</Heading>
      <div className="flex w-full flex-col items-center gap-3 text-soft">{children}</div>
    </div>
  );
}

export function When({ time }: { time: string | number | null | undefined }) {
  if (time === null || time === undefined) return <span className="text-soft">never</span>;
  const date = typeof time === 'number' ? new Date(time) : parseTime(time);
  return (
    <time dateTime={date.toISOString()} title={exact(date)}>
      {ago(date, new Date())}
    </time>
  );
}

export function Bar({ percent, label }: { percent: number | null; label: string }) {
  const known = percent !== null;
  return (
    <div
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      {...(known ? { 'aria-valuenow': Math.round(percent) } : {})}
      className="h-1 w-full overflow-hidden rounded-full bg-pressed"
    >
      <div
        className={`h-full rounded-full bg-accent transition-[width] ${known ? '' : 'w-1/3 animate-pulse'}`}
        style={known ? { width: `${percent}%` } : undefined}
      />
    </div>
  );
}

export function Turning({ size = 16 }: { size?: number }) {
  return <LoaderCircle size={size} className="animate-turn" aria-hidden />;
}

/** Says what is being asked for, once that takes long enough to be noticed. */
export function Reading({ what, verb = 'Reading' }: { what: string; verb?: string }) {
  return (
    <p role="status" className="flex animate-appear items-center gap-2 text-13 text-soft">
      <Turning /> {verb} {what}
    </p>
  );
}

const STATES: Record<StatusNew, { text: string; tone: string; icon: typeof CircleCheck }> = {
  READY: { text: 'Ready', tone: 'text-ready', icon: CircleCheck },
  INDEXING: { text: 'Indexing', tone: 'text-working', icon: LoaderCircle },
  DRAFT: { text: 'Draft', tone: 'text-soft', icon: CircleDashed },
  'READ ONLY': { text: 'Updating', tone: 'text-working', icon: Lock },
  'PARTIAL INDEX': { text: 'New pictures wait', tone: 'text-attention', icon: CircleAlert },
  ERROR: { text: 'Failed', tone: 'text-failed', icon: CircleAlert },
};

export const statusText = (status: StatusNew) => STATES[status]?.text ?? status;

export function Status({ status }: { status: StatusNew }) {
  const state = STATES[status] ?? STATES.DRAFT;
  const Icon = state.icon;
  return (
    <span className={`inline-flex shrink-0 items-center gap-1 text-12 ${state.tone}`}>
      <Icon size={14} className={status === 'INDEXING' ? 'animate-turn' : ''} aria-hidden />
      {state.text}
    </span>
  );
}

/** A label over its control, and what is wrong with it under it. */
export function Labelled({
  label,
  hint,
  children,
}: {
  label: string;
  hint?: ReactNode;
  children: ReactNode;
}) {
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: the control is the child
    <label className="flex flex-col gap-1">
      <span className="text-13 font-semibold">{label}</span>
      {children}
      {hint && <span className="text-12 text-soft">{hint}</span>}
    </label>
  );
}

export function Choice<T extends string>({
  label,
  value,
  options,
  onChange,
  className = '',
}: {
  label: string;
  value: T;
  options: readonly (readonly [T, string])[];
  onChange: (value: T) => void;
  className?: string;
}) {
  return (
    <select
      aria-label={label}
      value={value}
      onChange={(event) => onChange(event.target.value as T)}
      className={`field pr-2 ${className}`}
    >
      {options.map(([key, text]) => (
        <option key={key} value={key}>
          {text}
        </option>
      ))}
    </select>
  );
}

/** One of a few, side by side. */
export function Segments<T extends string>({
  label,
  value,
  options,
  onChange,
}: {
  label: string;
  value: T;
  options: readonly (readonly [T, ReactNode, string?])[];
  onChange: (value: T) => void;
}) {
  return (
    <div role="group" aria-label={label} className="inline-flex rounded-control bg-sunken p-0.5">
      {options.map(([key, text, name]) => (
        <button
          key={key}
          type="button"
          aria-pressed={key === value}
          aria-label={name}
          title={name}
          onClick={() => onChange(key)}
          className="inline-flex h-7 items-center gap-1.5 rounded-[5px] px-2.5 text-13 text-soft hover:text-ink aria-pressed:bg-raised aria-pressed:font-semibold aria-pressed:text-ink aria-pressed:shadow-[0_0_0_1px_var(--color-line)]"
        >
          {text}
        </button>
      ))}
    </div>
  );
}
