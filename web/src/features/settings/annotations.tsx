import { useInfiniteQuery } from '@tanstack/react-query';
import { X } from 'lucide-react';
import { get } from '../../api/client';
import type { AnnotationFile, Annotations, Dataset } from '../../api/types';
import { number } from '../../format';
import { Reading } from '../../ui/bits';
import { IconButton } from '../../ui/button';
import { Fault, words } from '../../ui/error';
import { More, Section, Table } from '../../ui/page';
import { NameFile, SendFile, useLeaveOut } from './annotation-add';
import { FORMAT_WORDS, faultWords, outside, takenWords } from './annotation-words';

const PAGE = 50;

/** Where labels, boxes and captions came from, what was wrong with them, and one more file. */
export function AnnotationsSection({ dataset, changes }: { dataset: Dataset; changes: boolean }) {
  const { id } = dataset;
  const asked = useInfiniteQuery({
    queryKey: ['dataset', id, 'annotations', dataset.updated_at],
    queryFn: ({ pageParam, signal }) =>
      get<Annotations>(`/dataset/${id}/annotations`, { cursor: pageParam, limit: PAGE }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next_cursor,
    // What was read stays on the screen until it was read again.
    placeholderData: (before) => before,
  });
  const { data, error, isPending, refetch, hasNextPage } = asked;
  const files = data?.pages[0]?.files ?? [];
  // What is to be known of one file stands beside it.
  const warnings = (data?.pages[0]?.warnings ?? []).filter(
    (said) => !files.some(({ path }) => said.startsWith(`${path}: `)),
  );
  const problems = data?.pages.flatMap((page) => page.problems) ?? [];
  return (
    <Section
      title="Labels, boxes and captions"
      about="Annotation files are read whenever the dataset is indexed. What a person changed stays."
    >
      {error && (
        <Fault what="The files could not be listed" cause={error} onRetry={() => refetch()} />
      )}
      {isPending && !error && <Reading what="the list" />}
      {files.length > 0 && <Files files={files} dataset={dataset} changes={changes} />}
      {data && files.length === 0 && (
        <p className="text-13 text-soft">
          No annotation file was found{dataset.labels_from_folders && '; folders give labels'}.
        </p>
      )}
      {warnings.map((warning) => (
        <p key={warning} className="mt-2 text-13 wrap-anywhere text-attention">
          {words(warning)}
        </p>
      ))}
      {problems.length > 0 && (
        <details className="mt-3 text-13">
          <summary className="text-accent-ink">
            What was wrong, row by row ({number(problems.length)}
            {hasNextPage && ' and more'})
          </summary>
          <div className="mt-2">
            <Table numbers={[1]} head={['File', 'Line', 'What is wrong']}>
              {problems.map((one, at) => (
                <tr key={at}>
                  <td
                    dir="auto"
                    className="min-w-[140px] text-left font-mono text-12 wrap-anywhere"
                  >
                    {one.file}
                  </td>
                  <td className="text-right">{one.line > 0 && number(one.line)}</td>
                  <td className="min-w-[240px] wrap-anywhere">{one.message}</td>
                </tr>
              ))}
            </Table>
            <More list={asked} />
          </div>
        </details>
      )}
      {changes &&
        data &&
        (dataset.source_type === 'UPLOAD' ? <SendFile id={id} /> : <NameFile dataset={dataset} />)}
    </Section>
  );
}

/** What was read from each file; those outside the source can be left out again. */
function Files({
  files,
  dataset,
  changes,
}: {
  files: readonly AnnotationFile[];
  dataset: Dataset;
  changes: boolean;
}) {
  const leave = useLeaveOut(dataset);
  const leaves = changes && files.some((one) => outside(one.path));
  return (
    <Table head={['File', 'Kind', 'Read from it', 'What was wrong', ...(leaves ? [''] : [])]}>
      {files.map((one) => {
        const faults = faultWords(one);
        return (
          <tr key={one.path}>
            <td className="min-w-[180px] font-mono text-12 wrap-anywhere">
              <bdi>{one.path}</bdi>
            </td>
            <td className="whitespace-nowrap">{FORMAT_WORDS[one.format] ?? one.format}</td>
            <td className="min-w-[120px]">{takenWords(one)}</td>
            <td className={`min-w-[160px] ${one.left_out > 0 ? 'text-attention' : 'text-soft'}`}>
              {faults.length === 0
                ? 'nothing'
                : faults.map((fault) => (
                    <span key={fault} className="block">
                      {fault}
                    </span>
                  ))}
            </td>
            {leaves && (
              <td className="acts">
                {outside(one.path) && (
                  <IconButton
                    label={`Read ${one.path} no more`}
                    disabled={leave.isPending}
                    onClick={() => leave.mutate(one.path)}
                  >
                    <X size={15} />
                  </IconButton>
                )}
              </td>
            )}
          </tr>
        );
      })}
    </Table>
  );
}
