import { SHEET } from '../../grid/keys';
import { Dialog } from '../../ui/overlay';

export function KeySheet({ open, onClose }: { open: boolean; onClose: () => void }) {
  return (
    <Dialog open={open} onClose={onClose} title="Keys" wide>
      <div className="grid gap-x-8 gap-y-5 sm:grid-cols-2">
        {SHEET.map((part) => (
          <section key={part.title}>
            <h3 className="mb-1 text-13 font-semibold text-soft">{part.title}</h3>
            <dl>
              {part.keys.map(([keys, meaning]) => (
                <div
                  key={keys}
                  className="flex items-baseline gap-3 border-b border-line py-1.5 text-13 last:border-b-0"
                >
                  <dt className="w-[190px] shrink-0 font-mono text-12">{keys}</dt>
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
