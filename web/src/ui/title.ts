import { useEffect } from 'react';

/** Names the browser tab. */
export function useTitle(title: string | undefined) {
  useEffect(() => {
    document.title = title ? `${title} · Lamina` : 'Lamina';
  }, [title]);
}
