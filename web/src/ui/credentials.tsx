/** The fields of whoever signs in, as password managers know them. */
import type { ReactNode } from 'react';
import { Labelled } from './bits';

export function EmailField({
  value,
  onChange,
}: {
  value: string;
  onChange: (value: string) => void;
}) {
  return (
    <Labelled label="E-mail">
      <input
        type="email"
        autoComplete="username"
        required
        // biome-ignore lint/a11y/noAutofocus: the pages that ask it ask nothing before
        autoFocus
        value={value}
        onChange={(event) => onChange(event.target.value)}
        className="field h-9!"
      />
    </Labelled>
  );
}

export function PasswordField({
  label,
  fresh = false,
  hint,
  value,
  onChange,
}: {
  label: string;
  /** One that is chosen now, and not the one there is. */
  fresh?: boolean;
  hint?: ReactNode;
  value: string;
  onChange: (value: string) => void;
}) {
  return (
    <Labelled label={label} hint={hint}>
      <input
        type="password"
        autoComplete={fresh ? 'new-password' : 'current-password'}
        required
        value={value}
        onChange={(event) => onChange(event.target.value)}
        className="field h-9!"
      />
    </Labelled>
  );
}
