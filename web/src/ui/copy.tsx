import { Check, Copy } from 'lucide-react';
import { useState } from 'react';
import { IconButton } from './button';

/** Puts text on the clipboard; without one (plain http, old browser) through a hidden field. */
export async function copy(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const field = document.createElement('textarea');
    field.value = text;
    field.style.position = 'fixed';
    field.style.opacity = '0';
    document.body.append(field);
    field.select();
    document.execCommand('copy');
    field.remove();
  }
}

export function CopyText({ text, what }: { text: string; what: string }) {
  const [done, setDone] = useState(false);
  return (
    <IconButton
      label={done ? 'Copied' : `Copy ${what}`}
      onClick={async () => {
        await copy(text);
        setDone(true);
        setTimeout(() => setDone(false), 1500);
      }}
    >
      {done ? <Check size={15} className="text-ready" /> : <Copy size={15} />}
    </IconButton>
  );
}

/** Something to run or paste, with a button that copies it. */
export function Code({ text, what }: { text: string; what: string }) {
  return (
    <div className="flex items-start gap-1 rounded-control bg-sunken py-1 pr-1 pl-3">
      <pre
        // So that arrow keys scroll what is too wide.
        tabIndex={0}
        className="min-w-0 grow overflow-x-auto py-1.5 font-mono text-12"
      >
        {text}
      </pre>
      <CopyText text={text} what={what} />
    </div>
  );
}
