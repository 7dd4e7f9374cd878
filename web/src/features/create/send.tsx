/** A dataset of files of this computer: drop them, see what they are, send them. */

import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Upload } from 'lucide-react';
import { type DragEvent, type FormEvent, useRef, useState } from 'react';
import { bytes, number, plural } from '../../format';
import { Bar, Labelled, Turning } from '../../ui/bits';
import { Button } from '../../ui/button';
import { Fault } from '../../ui/error';
import { Section } from '../../ui/page';
import { NAME_MAX } from './name';
import { chosen, dropped, type Sendable, Sending, type Sent, sharedFolder } from './sending';

/** Chromium and Safari take folders through this attribute, which React does not know. */
const FOLDERS = { webkitdirectory: '' };

const sizeOf = (files: readonly Sendable[]) => files.reduce((sum, one) => sum + one.file.size, 0);

export function SendFiles() {
  const [files, setFiles] = useState<readonly Sendable[]>([]);
  const [named, setNamed] = useState<string | null>(null);
  const [sent, setSent] = useState<Sent | null>(null);
  const [fault, setFault] = useState<unknown>(null);
  const sending = useRef<Sending | null>(null);
  const stop = useRef<AbortController | null>(null);
  const navigate = useNavigate();
  const queries = useQueryClient();
  const name = named ?? sharedFolder(files);
  const busy = sent !== null && fault === null;

  const add = (more: readonly Sendable[]) => {
    const known = new Set(files.map((one) => one.path));
    setFiles([...files, ...more.filter((one) => !known.has(one.path))]);
  };
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setFault(null);
    setSent((before) => before ?? { files: 0, bytes: 0 });
    stop.current = new AbortController();
    sending.current ??= new Sending(name.trim(), files);
    try {
      const id = await sending.current.run(setSent, stop.current.signal);
      queries.invalidateQueries({ queryKey: ['datasets'] });
      navigate({ to: '/dataset/$id/data', params: { id } });
    } catch (cause) {
      if (stop.current.signal.aborted) return;
      setFault(cause);
      if (!sending.current.begun) {
        // Nothing is there yet: the name can still be changed.
        sending.current = null;
        setSent(null);
      }
    }
  };
  const cancel = async () => {
    stop.current?.abort();
    await sending.current?.drop().catch(setFault);
    sending.current = null;
    setSent(null);
  };
  const total = sizeOf(files);
  return (
    <form onSubmit={submit}>
      <Section title="Where from">
        <DropPlace disabled={sent !== null} onFiles={add} />
        {files.length > 0 && (
          <p className="mt-3 flex items-center gap-3 text-13">
            <span>
              {plural(files.length, 'file')}
              <span className="text-soft"> · {bytes(total)}</span>
            </span>
            {sent === null && (
              <Button look="quiet" onClick={() => setFiles([])}>
                Clear
              </Button>
            )}
          </p>
        )}
      </Section>
      <Section title="Name and start">
        <Labelled label="Name">
          <input
            value={name}
            onChange={(event) => setNamed(event.target.value)}
            disabled={sent !== null}
            maxLength={NAME_MAX}
            autoComplete="off"
            className="field h-9!"
          />
        </Labelled>
        {fault !== null && (
          <div className="mt-4">
            <Fault what="Not everything was sent" cause={fault} />
          </div>
        )}
        {sent !== null && (
          <div className="mt-4" aria-live="polite">
            <Bar percent={total === 0 ? null : (100 * sent.bytes) / total} label="Files sent" />
            <p className="mt-1 text-13 text-soft">
              {number(sent.files)} of {plural(files.length, 'file')} sent · {bytes(sent.bytes)} of{' '}
              {bytes(total)}
            </p>
          </div>
        )}
        <div className="mt-4 flex flex-wrap items-center gap-3">
          <Button
            type="submit"
            look="primary"
            disabled={files.length === 0 || name.trim() === '' || busy}
          >
            {busy && <Turning />} {fault === null ? 'Send and index' : 'Go on'}
          </Button>
          {sent !== null && (
            <Button look="quiet" onClick={cancel}>
              Cancel
            </Button>
          )}
          {sent === null && (
            <span className="grow basis-[260px] text-13 text-soft">
              They are copied to the server. Annotation files of the usual names (annotations.json,
              image_annotations.csv, …) are read; other files that are no pictures are left alone.
            </span>
          )}
        </div>
      </Section>
    </form>
  );
}

function DropPlace({
  disabled,
  onFiles,
}: {
  disabled: boolean;
  onFiles: (files: Sendable[]) => void;
}) {
  const [over, setOver] = useState(false);
  const someFiles = useRef<HTMLInputElement>(null);
  const aFolder = useRef<HTMLInputElement>(null);
  const take = (input: HTMLInputElement) => {
    onFiles(chosen(input.files ?? []));
    input.value = '';
  };
  const drop = async (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    if (!disabled) onFiles(await dropped(event.dataTransfer.items));
  };
  return (
    <div
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
      className={`flex flex-col items-center gap-3 rounded-control border border-dashed px-4 py-10 text-center ${
        over ? 'border-accent bg-accent-wash' : 'border-edge'
      }`}
    >
      <Upload size={24} className="text-soft" aria-hidden />
      <p className="text-13 text-soft">Drop pictures or folders here</p>
      <div className="flex gap-2">
        <Button disabled={disabled} onClick={() => someFiles.current?.click()}>
          Choose files
        </Button>
        <Button disabled={disabled} onClick={() => aFolder.current?.click()}>
          Choose a folder
        </Button>
      </div>
      <input
        ref={someFiles}
        type="file"
        multiple
        hidden
        aria-label="Files"
        onChange={(event) => take(event.target)}
      />
      <input
        ref={aFolder}
        type="file"
        multiple
        hidden
        aria-label="A folder"
        {...FOLDERS}
        onChange={(event) => take(event.target)}
      />
    </div>
  );
}
