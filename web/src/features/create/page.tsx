import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { ArrowUp, Folder } from 'lucide-react';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import { send, unknownRoute } from '../../api/client';
import { useMayCreate } from '../../api/may';
import * as ask from '../../api/queries';
import type { AnnotationSeen } from '../../api/types';
import { bytes, number, plural } from '../../format';
import { Labelled, Segments, Turning } from '../../ui/bits';
import { Button } from '../../ui/button';
import { Code } from '../../ui/copy';
import { Fault, words } from '../../ui/error';
import { Page, Section } from '../../ui/page';
import { useTitle } from '../../ui/title';
import { upCommand } from '../../up-command';
import { ignoredWords, REASON_WORDS, withoutRead } from '../rejected/words';
import { givesWords } from '../settings/annotation-words';
import { inside, NAME_MAX, nameFor } from './name';
import { SendFiles } from './send';

interface Begun {
  status: string;
  message: string;
  dataset_id: string;
  name: string;
}

const LOOK_MS = 400;

/** The value, once it has rested. */
function useRested<T>(value: T): T {
  const [rested, setRested] = useState(value);
  useEffect(() => {
    const later = setTimeout(() => setRested(value), LOOK_MS);
    return () => clearTimeout(later);
  }, [value]);
  return rested;
}

export function NewDatasetPage() {
  useTitle('New dataset');
  const makes = useMayCreate();
  const [source, setSource] = useState<'folder' | 'files'>('folder');
  if (!makes) {
    return (
      <Page narrow title="New dataset">
        <p className="text-soft">
          Your role in the workspace is viewer; making datasets takes editor, which an administrator
          can give.
        </p>
      </Page>
    );
  }
  return (
    <Page
      narrow
      title="New dataset"
      about={
        source === 'folder'
          ? 'The pictures stay where they are and are never changed.'
          : 'The pictures are copied to the server, with the folders they lie in.'
      }
    >
      <div className="mb-6">
        <Segments
          label="Where the pictures are"
          value={source}
          options={[
            ['folder', 'A folder of the server'],
            ['files', 'Files of this computer'],
          ]}
          onChange={setSource}
        />
      </div>
      {source === 'folder' ? <FromFolder /> : <SendFiles />}
    </Page>
  );
}

function FromFolder() {
  const begin = useSearch({ from: '/frame/new' });
  const [path, setPath] = useState(begin.path ?? '');
  const [named, setNamed] = useState<string | null>(null);
  const name = named ?? nameFor(path);
  const [file, setFile] = useState('');
  const [folders, setFolders] = useState(false);
  const navigate = useNavigate();
  const queries = useQueryClient();
  const start = useMutation({
    mutationFn: () =>
      send<Begun>('POST', '/process', undefined, {
        path: path.trim(),
        name: name.trim(),
        annotations: file.trim(),
        labels_from_folders: folders || undefined,
      }),
    onSuccess: ({ dataset_id }) => {
      queries.invalidateQueries({ queryKey: ['datasets'] });
      navigate({ to: '/dataset/$id/data', params: { id: dataset_id } });
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    start.mutate();
  };
  const rested = useRested(path.trim());
  const found = useQuery({ ...ask.preview(rested), enabled: rested !== '', retry: false });
  // Whoever cannot be told what is there may still try.
  const wrong = found.error && !unknownRoute(found.error);
  const ready = path.trim() !== '' && name.trim() !== '' && !wrong;
  return (
    <>
      <form onSubmit={submit}>
        <Section title="Where from">
          <Labelled
            label="Folder on the server"
            hint="The whole path, as the machine that runs Lamina sees it. Folders inside it are taken too."
          >
            <input
              // biome-ignore lint/a11y/noAutofocus: it is the first thing this page asks
              autoFocus
              value={path}
              onChange={(event) => setPath(event.target.value)}
              placeholder="/data/harbour-2026"
              spellCheck={false}
              autoComplete="off"
              className="field h-9! font-mono"
            />
          </Labelled>
          <Browser path={path} onOpen={setPath} />
        </Section>
        <Section title="What is there">
          <Found path={path} />
        </Section>
        <Section
          title="Labels, boxes and captions"
          about="Not needed. Files of the usual names among the pictures are read anyway."
        >
          <div className="flex flex-col gap-3">
            <Labelled
              label="Annotation file elsewhere on the server"
              hint="COCO JSON, CSV, Parquet, or the data.yaml of YOLO."
            >
              <input
                value={file}
                onChange={(event) => setFile(event.target.value)}
                placeholder="/data/instances.json"
                spellCheck={false}
                autoComplete="off"
                className="field h-9! font-mono"
              />
            </Labelled>
            <label className="flex items-center gap-2 text-13">
              <input
                type="checkbox"
                checked={folders}
                onChange={(event) => setFolders(event.target.checked)}
              />
              Each picture gets the name of its folder as a label
            </label>
          </div>
        </Section>
        <Section title="Name and start">
          <Labelled label="Name">
            <input
              value={name}
              onChange={(event) => setNamed(event.target.value)}
              maxLength={NAME_MAX}
              autoComplete="off"
              className="field h-9!"
            />
          </Labelled>
          {start.error && (
            <div className="mt-4">
              <Fault what="The dataset was not made" cause={start.error} />
            </div>
          )}
          <div className="mt-4 flex items-center gap-3">
            <Button type="submit" look="primary" disabled={!ready || start.isPending}>
              {start.isPending && <Turning />} Start indexing
            </Button>
            <span className="text-13 text-soft">You can look at the pictures while it works.</span>
          </div>
        </Section>
      </form>
      <div className="border-t border-line pt-6 text-13 text-soft">
        <p className="mb-2">The same from a shell:</p>
        <div className="text-ink">
          <Code
            text={upCommand(path.trim(), {
              name: named ?? '',
              annotations: file.trim(),
              labelsFromFolders: folders,
            })}
            what="command"
          />
        </div>
      </div>
    </>
  );
}

/** The folders that the server may read, to click through. Absent where the server lists none. */
function Browser({ path, onOpen }: { path: string; onOpen: (path: string) => void }) {
  const rested = useRested(path.trim());
  const { data, error } = useQuery({
    ...ask.folders(rested === '' ? null : rested),
    placeholderData: (before) => before,
    retry: false,
  });
  const list = useRef<HTMLDivElement>(null);
  const chose = useRef(false);
  // The button that was pressed is gone with its folder; the keys go on in the list.
  useEffect(() => {
    if (!chose.current || !data) return;
    chose.current = false;
    list.current?.querySelector('button')?.focus();
  }, [data]);
  if (!data || error) return null;
  const choose = (whole: string) => {
    chose.current = true;
    onOpen(whole);
  };
  const { parent } = data;
  const names = data.path === null ? data.roots : data.folders;
  return (
    <div
      ref={list}
      className="mt-3 max-h-[220px] overflow-y-auto rounded-control border border-line"
    >
      {parent !== null && (
        <Choose label={parent} onClick={() => choose(parent)}>
          <ArrowUp size={15} className="shrink-0 text-soft" aria-hidden />
          <span className="min-w-0 truncate">{parent}</span>
        </Choose>
      )}
      {names.map((name) => {
        const whole = data.path === null ? name : inside(data.path, name);
        return (
          <Choose key={whole} label={whole} onClick={() => choose(whole)}>
            <Folder size={15} className="shrink-0 text-soft" aria-hidden />
            <span dir="auto" className="min-w-0 truncate">
              {name}
            </span>
          </Choose>
        );
      })}
      {data.path !== null && (names.length === 0 || data.n_files > 0) && (
        <p className="px-3 py-2 text-13 text-soft">
          {names.length === 0 && 'No folders inside, '}
          {plural(data.n_files, 'file')}
          {names.length > 0 && ' beside the folders'}
          {data.complete === false && ', and more that are not listed'}.
        </p>
      )}
      {data.path === null && names.length === 0 && (
        <p className="px-3 py-2 text-13 text-soft">
          This server may not read any folder yet. Its administrator can allow one with{' '}
          <code className="font-mono">--import-root</code>.
        </p>
      )}
    </div>
  );
}

function Choose({
  label,
  onClick,
  children,
}: {
  label: string;
  onClick: () => void;
  children: React.ReactNode;
}) {
  return (
    <button
      type="button"
      title={label}
      onClick={onClick}
      className="flex h-8 w-full items-center gap-2 px-3 text-left text-13 hover:bg-hover"
    >
      {children}
    </button>
  );
}

function Found({ path }: { path: string }) {
  const rested = useRested(path.trim());
  const { data, error, isFetching } = useQuery({
    ...ask.preview(rested),
    enabled: rested !== '',
    retry: false,
  });
  if (rested === '') {
    return <p className="text-13 text-soft">Name a folder, and its content is counted here.</p>;
  }
  if (error) {
    return unknownRoute(error) ? (
      <p className="text-13 text-soft">The folder is looked through when indexing starts.</p>
    ) : (
      <p className="text-13 text-failed">{words(error).replace(/^Path: /, '')}</p>
    );
  }
  if (!data) {
    return (
      <p className="flex items-center gap-2 text-13 text-soft">
        {isFetching && <Turning />} Looking
      </p>
    );
  }
  const annotations = data.annotations ?? [];
  // Annotation files are no pictures, but nor are they left alone.
  const ignored = ignoredWords(withoutRead(data.ignored_by_reason, annotations.length));
  // Boxes of YOLO stand in text files, one a picture, which only reading tells from others.
  const texts = annotations.some((one) => one.format === 'yolo')
    ? ', among them the text files with boxes, which are read'
    : '';
  const rejected = Object.entries(data.rejected_by_reason ?? {})
    .map(([why, count]) => `${number(count)} × ${(REASON_WORDS[why] ?? why).toLowerCase()}`)
    .join(', ');
  const most = data.complete ? '' : 'At least ';
  return (
    <div className="text-13">
      <p className="text-16 font-semibold">
        {most}
        {plural(data.pictures, 'picture')}
        {data.size_bytes !== undefined && data.pictures > 0 && (
          <span className="font-normal text-soft"> · {bytes(data.size_bytes)}</span>
        )}
      </p>
      <p className="text-soft">
        {Object.entries(data.formats)
          .sort((a, b) => b[1] - a[1])
          .map(([format, count]) => `${number(count)} ${format.toUpperCase()}`)
          .join(', ')}
      </p>
      {annotations.length > 0 && <Seen annotations={annotations} />}
      {!data.complete && (
        <p className="mt-2 text-soft">
          There is more than a quick look finds; indexing goes through all of it.
        </p>
      )}
      {ignored && (
        <p className="mt-2 text-soft">
          Left alone: {ignored}
          {texts}.
        </p>
      )}
      {rejected && <p className="mt-2 text-attention">Will be rejected: {rejected}.</p>}
      {data.samples.length > 0 && (
        <ul className="mt-2 font-mono text-12 text-soft">
          {data.samples.map((sample) => (
            <li key={sample} dir="auto" className="truncate text-left">
              {sample}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

/** Annotation files named before the rest is counted. */
const SOME = 5;

function Seen({ annotations }: { annotations: AnnotationSeen[] }) {
  return (
    <>
      <h3 className="mt-3 font-semibold">
        {plural(annotations.length, 'annotation file')}
        <span className="font-normal text-soft">, read together with the pictures</span>
      </h3>
      <ul>
        {annotations.slice(0, SOME).map((one) => (
          <li key={one.path} className="wrap-anywhere">
            <bdi className="font-mono text-12">{one.path}</bdi>
            <span className="text-soft">
              {' '}
              · {bytes(one.size_bytes)} · {givesWords(one)}
            </span>
          </li>
        ))}
        {annotations.length > SOME && (
          <li className="text-soft">and {number(annotations.length - SOME)} more</li>
        )}
      </ul>
    </>
  );
}
