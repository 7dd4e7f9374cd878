/** Naming or sending one more annotation file, and leaving one out that was named before. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { FilePlus } from 'lucide-react';
import { type FormEvent, useRef, useState } from 'react';
import { send } from '../../api/client';
import type { Dataset } from '../../api/types';
import { Turning } from '../../ui/bits';
import { Button } from '../../ui/button';
import { Fault } from '../../ui/error';
import { say, sayFault } from '../../ui/toast';
import { sentName } from './annotation-words';

/** Enough of a table to see its columns. */
const HEAD_BYTES = 4096;

/** Only what changes is told: two people who add files at once lose none of them. */
const wish = (dataset: Dataset, change: 'annotations' | 'without_annotations', path: string) =>
  send('POST', '/process', undefined, {
    path: dataset.source_uri,
    name: dataset.display_name,
    // As a list, so that a name which looks like one is a name.
    [change]: JSON.stringify([path]),
  });

function useAgain(id: string) {
  const queries = useQueryClient();
  return () => {
    queries.invalidateQueries({ queryKey: ['dataset', id] });
    queries.invalidateQueries({ queryKey: ['tasks'] });
  };
}

const READS = 'The file is read while the dataset is indexed again';

/** Leaves out a file that was named before; what it said goes. */
export function useLeaveOut(dataset: Dataset) {
  const again = useAgain(dataset.id);
  const back = useMutation({
    mutationFn: (path: string) => wish(dataset, 'annotations', path),
    onSuccess: () => {
      say(READS);
      again();
    },
    onError: (cause) => sayFault('The file was not added again', cause),
  });
  return useMutation({
    mutationFn: (path: string) => wish(dataset, 'without_annotations', path),
    onSuccess: (_, path) => {
      say('What the file said goes while the dataset is indexed again', {
        label: 'Undo',
        act: () => back.mutate(path),
      });
      again();
    },
    onError: (cause) => sayFault('The file is still read', cause),
  });
}

/** One more file of the server, for pictures that lie there. */
export function NameFile({ dataset }: { dataset: Dataset }) {
  const [path, setPath] = useState('');
  const again = useAgain(dataset.id);
  const add = useMutation({
    mutationFn: () => wish(dataset, 'annotations', path.trim()),
    onSuccess: () => {
      say(READS);
      again();
      setPath('');
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    add.mutate();
  };
  return (
    <>
      <form onSubmit={submit} className="mt-3 flex flex-wrap gap-2">
        <input
          aria-label="Annotation file on the server"
          placeholder="/data/instances.json, .csv, .parquet or data.yaml"
          value={path}
          onChange={(event) => setPath(event.target.value)}
          spellCheck={false}
          autoComplete="off"
          className="field min-w-[240px] grow font-mono"
        />
        <Button type="submit" disabled={path.trim() === '' || add.isPending}>
          {add.isPending ? <Turning /> : <FilePlus size={15} aria-hidden />} Add and read
        </Button>
      </form>
      {add.error && (
        <div className="mt-3">
          <Fault what="The file was not added" cause={add.error} />
        </div>
      )}
    </>
  );
}

/** One more file of this computer, for pictures that were sent. */
export function SendFile({ id }: { id: string }) {
  const input = useRef<HTMLInputElement>(null);
  const again = useAgain(id);
  const add = useMutation({
    mutationFn: async (file: File) => {
      const name = sentName(file.name, await file.slice(0, HEAD_BYTES).text());
      if (name === null) {
        throw new Error(
          `${file.name} is of no known kind; choose COCO JSON, CSV, a Parquet file called image_annotations.parquet, object_annotations.parquet or metadata.parquet, or data.yaml`,
        );
      }
      const form = new FormData();
      form.append('files', file, name);
      await send('POST', `/dataset/${id}/add_media`, form);
    },
    onSuccess: () => {
      say(READS);
      again();
    },
  });
  return (
    <div className="mt-3">
      <Button disabled={add.isPending} onClick={() => input.current?.click()}>
        {add.isPending ? <Turning /> : <FilePlus size={15} aria-hidden />} Add an annotation file…
      </Button>
      <input
        ref={input}
        type="file"
        hidden
        accept=".json,.csv,.tsv,.parquet,.yaml"
        aria-label="Annotation file"
        onChange={(event) => {
          const [file] = event.target.files ?? [];
          if (file) add.mutate(file);
          event.target.value = '';
        }}
      />
      {add.error && (
        <div className="mt-3">
          <Fault what="The file was not added" cause={add.error} />
        </div>
      )}
    </div>
  );
}
