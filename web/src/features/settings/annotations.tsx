import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { FilePlus } from 'lucide-react';
import { type FormEvent, useRef, useState } from 'react';
import { get, send } from '../../api/client';
import type { Annotations, Dataset } from '../../api/types';
import { number } from '../../format';
import { Turning } from '../../ui/bits';
import { Button } from '../../ui/button';
import { Fault } from '../../ui/error';
import { Section, Table } from '../../ui/page';
import { say } from '../../ui/toast';
import { FORMAT_WORDS, leftOutWords, sentName, takenWords, withFile } from './annotation-words';

const PAGE = 50;
/** Enough of a table to see its columns. */
const HEAD_BYTES = 4096;

/** Where labels, boxes and captions came from, what was wrong with them, and one more file. */
export function AnnotationsSection({ dataset, changes }: { dataset: Dataset; changes: boolean }) {
  const { id } = dataset;
  const { data, error, refetch, fetchNextPage, hasNextPage, isFetchingNextPage } = useInfiniteQuery(
    {
      queryKey: ['dataset', id, 'annotations', dataset.updated_at],
      queryFn: ({ pageParam, signal }) =>
        get<Annotations>(`/dataset/${id}/annotations`, { cursor: pageParam, limit: PAGE }, signal),
      initialPageParam: null as string | null,
      getNextPageParam: (last) => last.next_cursor,
    },
  );
  const files = data?.pages[0]?.files ?? [];
  const problems = data?.pages.flatMap((page) => page.problems) ?? [];
  return (
    <Section
      title="Labels, boxes and captions"
      about="Annotation files are read whenever the dataset is indexed. What a person changed stays."
    >
      {error && (
        <Fault what="The files could not be listed" cause={error} onRetry={() => refetch()} />
      )}
      {files.length > 0 && (
        <Table head={['File', 'Kind', 'Taken', 'Left out']}>
          {files.map((one) => (
            <tr key={one.path}>
              <td className="min-w-[180px] font-mono text-12 wrap-anywhere">{one.path}</td>
              <td className="whitespace-nowrap">{FORMAT_WORDS[one.format] ?? one.format}</td>
              <td>{takenWords(one)}</td>
              <td className={one.left_out > 0 ? 'text-attention' : 'text-soft'}>
                {leftOutWords(one)}
              </td>
            </tr>
          ))}
        </Table>
      )}
      {data && files.length === 0 && (
        <p className="text-13 text-soft">
          No annotation file was found{dataset.labels_from_folders && '; folders give labels'}.
        </p>
      )}
      {problems.length > 0 && (
        <details className="mt-3 text-13">
          <summary className="text-accent-ink">
            What was wrong, row by row ({number(problems.length)}
            {hasNextPage && ' and more'})
          </summary>
          <div className="mt-2">
            <Table head={['File', 'Line', 'What is wrong']}>
              {problems.map((one, at) => (
                <tr key={at}>
                  <td className="min-w-[140px] font-mono text-12 wrap-anywhere">{one.file}</td>
                  <td className="text-right">{one.line > 0 && number(one.line)}</td>
                  <td className="min-w-[240px] wrap-anywhere">{one.message}</td>
                </tr>
              ))}
            </Table>
            {hasNextPage && (
              <div className="mt-3 flex justify-center">
                <Button disabled={isFetchingNextPage} onClick={() => fetchNextPage()}>
                  {isFetchingNextPage && <Turning />} More
                </Button>
              </div>
            )}
          </div>
        </details>
      )}
      {changes &&
        data &&
        (dataset.source_type === 'UPLOAD' ? (
          <SendFile id={id} />
        ) : (
          <NameFile dataset={dataset} others={(more) => withFile(files, more)} />
        ))}
    </Section>
  );
}

function useBegun(id: string) {
  const queries = useQueryClient();
  return () => {
    say('The file is read while the dataset is indexed again');
    queries.invalidateQueries({ queryKey: ['dataset', id] });
    queries.invalidateQueries({ queryKey: ['tasks'] });
  };
}

/** One more file of the server, for pictures that lie there. */
function NameFile({ dataset, others }: { dataset: Dataset; others: (more: string) => string[] }) {
  const [path, setPath] = useState('');
  const begun = useBegun(dataset.id);
  const add = useMutation({
    mutationFn: () =>
      send('POST', '/process', undefined, {
        path: dataset.source_uri,
        name: dataset.display_name,
        annotations: JSON.stringify(others(path.trim())),
      }),
    onSuccess: () => {
      begun();
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
function SendFile({ id }: { id: string }) {
  const input = useRef<HTMLInputElement>(null);
  const begun = useBegun(id);
  const add = useMutation({
    mutationFn: async (file: File) => {
      const name = sentName(file.name, await file.slice(0, HEAD_BYTES).text());
      if (name === null) {
        throw new Error(
          `${file.name} is of no known kind; choose COCO JSON, CSV, a Parquet file called image_annotations.parquet or object_annotations.parquet, or data.yaml`,
        );
      }
      const form = new FormData();
      form.append('files', file, name);
      await send('POST', `/dataset/${id}/add_media`, form);
    },
    onSuccess: begun,
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
