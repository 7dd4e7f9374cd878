import { useSyncExternalStore } from 'react';

/** Light or dark as the person chose; `system` follows the machine. */
export type Theme = 'system' | 'light' | 'dark';

const KEY = 'lamina-theme';
const listeners = new Set<() => void>();

function read(): Theme {
  try {
    const kept = localStorage.getItem(KEY);
    return kept === 'light' || kept === 'dark' ? kept : 'system';
  } catch {
    // Storage may be forbidden; the choice then lasts as long as the page.
    return (document.documentElement.dataset.theme as Theme | undefined) ?? 'system';
  }
}

export function applyTheme(theme: Theme = read()) {
  if (theme === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

export function chooseTheme(theme: Theme) {
  try {
    if (theme === 'system') localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, theme);
  } catch {
    // See `read`.
  }
  applyTheme(theme);
  for (const listener of listeners) listener();
}

export function useTheme(): Theme {
  return useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, read);
}
