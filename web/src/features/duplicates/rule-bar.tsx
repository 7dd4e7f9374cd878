import { Plus, X } from 'lucide-react';
import { type FormEvent, useEffect, useState } from 'react';
import { Labelled } from '../../ui/bits';
import { Button } from '../../ui/button';
import { Dialog, Menu, MenuItem } from '../../ui/overlay';
import { folderPart, KEEP_ORDER, KEEP_WORDS, keepText, withoutPart, withPart } from './rule';

/** The rule by which one of several copies is kept, the most important part first. */
export function RuleBar({
  rule,
  onChange,
}: {
  rule: readonly string[] | undefined;
  onChange: (rule: string[] | undefined) => void;
}) {
  const [asking, setAsking] = useState(false);
  const parts = rule ?? [];
  return (
    <div role="group" aria-label="Keep" className="flex flex-wrap items-center gap-1.5 text-13">
      <span className="text-soft">Keep</span>
      {parts.length === 0 && <span>the best copy, as the analysis judges</span>}
      {parts.map((part, at) => (
        <span
          key={part}
          className="inline-flex h-7 items-center rounded-full bg-accent-wash pl-3 text-accent-ink"
        >
          <span className="max-w-[200px] truncate">
            {at > 0 && 'then '}
            {at > 0 ? keepText(part).toLowerCase() : keepText(part)}
          </span>
          <button
            type="button"
            aria-label={`Remove ${keepText(part)}`}
            onClick={() => onChange(withoutPart(rule, part))}
            className="inline-flex size-7 items-center justify-center rounded-full hover:bg-hover"
          >
            <X size={13} />
          </button>
        </span>
      ))}
      <Menu
        button={
          <button type="button" className="control h-7 px-2 text-soft hover:text-ink">
            <Plus size={14} aria-hidden /> {parts.length === 0 ? 'Rule' : 'Then'}
          </button>
        }
      >
        {KEEP_ORDER.filter((word) => !parts.includes(word)).map((word) => (
          <MenuItem key={word} onClick={() => onChange(withPart(rule, word))}>
            {KEEP_WORDS[word].name}
            <span className="text-12 text-soft">{KEEP_WORDS[word].why}</span>
          </MenuItem>
        ))}
        <MenuItem onClick={() => setAsking(true)}>In a folder…</MenuItem>
      </Menu>
      <AskFolder
        open={asking}
        onClose={() => setAsking(false)}
        onFolder={(folder) => onChange(withPart(rule, folderPart(folder)))}
      />
    </div>
  );
}

function AskFolder({
  open,
  onClose,
  onFolder,
}: {
  open: boolean;
  onClose: () => void;
  onFolder: (folder: string) => void;
}) {
  const [folder, setFolder] = useState('');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onFolder(folder);
    setFolder('');
    onClose();
  };
  return (
    <Dialog open={open} onClose={onClose} title="Keep what is in a folder">
      <form onSubmit={submit} className="flex flex-col gap-4">
        <Labelled label="Folder" hint="Relative to the dataset; folders inside it count too.">
          <input
            value={folder}
            onChange={(event) => setFolder(event.target.value)}
            placeholder="originals/2026"
            required
            spellCheck={false}
            className="field h-9! font-mono"
          />
        </Labelled>
        <Button type="submit" look="primary" disabled={folder.trim() === ''} className="self-end">
          Add to the rule
        </Button>
      </form>
    </Dialog>
  );
}

/** How like copies must be to go; the plan follows when the handle rests. */
export function LikenessSlider({
  value,
  onChange,
}: {
  value: number;
  onChange: (value: number) => void;
}) {
  const [now, setNow] = useState(value);
  useEffect(() => setNow(value), [value]);
  useEffect(() => {
    if (now === value) return;
    const later = setTimeout(() => onChange(now), 250);
    return () => clearTimeout(later);
  }, [now, value, onChange]);
  return (
    <label className="flex items-center gap-2 text-13 text-soft">
      <span className="w-[118px] whitespace-nowrap">
        {now === 0 ? 'However alike' : `At least ${Math.round(now * 100)} % alike`}
      </span>
      <input
        type="range"
        aria-label="Least likeness of copies that go, in percent"
        min={50}
        max={100}
        step={1}
        value={Math.round(Math.max(0.5, now) * 100)}
        onChange={(event) => {
          const next = Number(event.target.value) / 100;
          setNow(next <= 0.5 ? 0 : next);
        }}
        className="range w-[100px]"
      />
    </label>
  );
}
