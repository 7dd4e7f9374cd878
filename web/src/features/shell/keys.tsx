import { useEffect, useState } from 'react';
import { command, SHEET } from '../../grid/keys';
import { Dialog } from '../../ui/overlay';
import { typing } from '../../ui/typing';

const ASKED = 'lamina-keys';

/** Shows the keys, as `?` does. */
export const showKeys = () => window.dispatchEvent(new Event(ASKED));

/** What `?` and `/` do on every page: the list of keys, and the way to the page's own search. */
export function Keys() {
  const [open, setOpen] = useState(false);
  useEffect(() => {
    const show = () => setOpen(true);
    const onKey = (event: KeyboardEvent) => {
      if (typing(event.target)) return;
      const told = command(event)?.do;
      if (told === 'help') show();
      else if (told === 'search') {
        const field = document.querySelector<HTMLInputElement>('[data-search]');
        if (!field) return;
        field.focus();
      } else return;
      event.preventDefault();
    };
    window.addEventListener('keydown', onKey);
    window.addEventListener(ASKED, show);
    return () => {
      window.removeEventListener('keydown', onKey);
      window.removeEventListener(ASKED, show);
    };
  }, []);
  return (
    <Dialog open={open} onClose={() => setOpen(false)} title="Keys" wide>
      <div className="gap-8 sm:columns-2">
        {SHEET.map((part) => (
          <section key={part.title} className="mb-5 break-inside-avoid">
            <h3 className="mb-1 text-13 font-semibold text-soft">{part.title}</h3>
            <dl>
              {part.keys.map(([keys, meaning]) => (
                <div
                  key={keys}
                  className="flex items-baseline gap-3 border-b border-line py-1.5 text-13 last:border-b-0"
                >
                  <dt className="w-[190px] shrink-0 font-mono text-12 max-sm:w-[120px]">{keys}</dt>
                  <dd>{meaning}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
