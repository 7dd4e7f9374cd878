import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link, useParams, useSearch } from '@tanstack/react-router';
import { CircleCheck, Download, RefreshCw } from 'lucide-react';
import { get } from '../../api/client';
import { useMay } from '../../api/may';
import * as ask from '../../api/queries';
import type { Rejected } from '../../api/types';
import { csvRow, saveCsv } from '../../csv';
import { bytes, number, plural } from '../../format';
import { Empty, Reading } from '../../ui/bits';
import { Button } from '../../ui/button';
import { Code } from '../../ui/copy';
import { Fault, words } from '../../ui/error';
import { More, Page, Table } from '../../ui/page';
import { say, sayFault } from '../../ui/toast';
import { upCommand } from '../../up-command';
import { useIndexAgain } from '../settings/index-again';
import { leftAloneWords, REASON_ADVICE, REASON_WORDS, readInside } from './words';

interface Some {
  items: Rejected[];
  next_cursor: string | null;
}

/** Every rejected file, page after page, as a table. */
async function save(id: string, reason: string | undefined) {
  const lines = ['path,size_bytes,reason,note'];
  let cursor: string | null = null;
  do {
    const page: Some = await get<Some>(`/dataset/${id}/rejected`, { reason, cursor, limit: 500 });
    for (const one of page.items) {
      lines.push(csvRow([one.path, one.size_bytes, one.reason, one.note]));
    }
    cursor = page.next_cursor;
  } while (cursor !== null);
  saveCsv('rejected.csv', lines);
  say(`${plural(lines.length - 1, 'file')} listed in rejected.csv`);
}

export function RejectedPage() {
  const { id } = useParams({ from: '/frame/dataset/$id/rejected' });
  const { reason } = useSearch({ from: '/frame/dataset/$id/rejected' });
  const { data: report } = useQuery(ask.report(id));
  const { data: dataset } = useQuery(ask.dataset(id));
  const asked = useInfiniteQuery({
    queryKey: ['dataset', id, 'rejected', reason],
    queryFn: ({ pageParam, signal }) =>
      get<Some>(`/dataset/${id}/rejected`, { reason, cursor: pageParam, limit: 100 }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next_cursor,
  });
  const { data, error, refetch, isPending } = asked;
  const again = useIndexAgain(id);
  const may = useMay(id);
  const rows = data?.pages.flatMap((page) => page.items) ?? [];
  const reasons = Object.entries(report?.rejected_by_reason ?? {})
    .filter(([, found]) => found.count > 0)
    .sort((a, b) => b[1].count - a[1].count);
  const { data: said } = useQuery({ ...ask.annotations(id), enabled: report !== undefined });
  const ignored = leftAloneWords(report?.ignored_by_reason ?? {}, readInside(said?.files ?? []));
  return (
    <Page
      title="Rejected files"
      about={
        report && (
          <>
            {plural(report.found, 'file')} found = {number(report.indexed)} indexed +{' '}
            {number(report.rejected)} rejected + {number(report.ignored)} left alone
            {ignored && ` (${ignored})`}
          </>
        )
      }
      actions={
        rows.length > 0 && (
          <>
            <Button
              onClick={() =>
                save(id, reason).catch((cause) => sayFault('The list could not be made', cause))
              }
            >
              <Download size={15} aria-hidden /> List as CSV
            </Button>
            {may('index') && (
              <Button
                look="primary"
                title="Looks at the folder again; only what changed is read"
                disabled={again.isPending || !dataset || dataset.status_new === 'INDEXING'}
                onClick={() => again.mutate()}
              >
                <RefreshCw size={15} aria-hidden /> Try again
              </Button>
            )}
          </>
        )
      }
    >
      {error && (
        <Fault
          what="The rejected files could not be listed"
          cause={error}
          onRetry={() => refetch()}
        />
      )}
      {isPending && !error && <Reading what="the list" />}
      {reasons.length > 0 && (
        <nav aria-label="Reasons" className="mb-4 flex flex-wrap gap-1">
          {[[undefined, { count: report?.rejected ?? 0 }] as const, ...reasons].map(
            ([word, found]) => (
              <Link
                key={word ?? 'all'}
                to="/dataset/$id/rejected"
                params={{ id }}
                search={{ reason: word }}
                aria-current={word === reason ? 'page' : undefined}
                className="flex h-8 items-center gap-2 rounded-full px-3 text-13 text-soft hover:bg-hover aria-[current]:bg-accent-wash aria-[current]:font-semibold aria-[current]:text-accent-ink"
              >
                {word ? (REASON_WORDS[word] ?? word) : 'All'}
                <span className="text-12 font-normal text-soft">{number(found.count)}</span>
              </Link>
            ),
          )}
        </nav>
      )}
      {data && rows.length === 0 && (
        <Empty icon={<CircleCheck size={40} strokeWidth={1.5} />} title="No file was rejected">
          <p>
            A file that says it is a picture and cannot be read as one would be listed here with the
            reason and what to do about it.
          </p>
        </Empty>
      )}
      {rows.length > 0 && (
        <>
          <Table numbers={[1]} head={['File', 'Size', 'Reason', 'What was seen, and what to do']}>
            {rows.map((one) => (
              <tr key={one.path}>
                <td className="max-w-[420px] min-w-[180px] wrap-anywhere">
                  <bdi>{one.path}</bdi>
                </td>
                <td className="text-right whitespace-nowrap">{bytes(one.size_bytes)}</td>
                <td className="whitespace-nowrap" title={one.message}>
                  {REASON_WORDS[one.reason] ?? one.reason}
                </td>
                <td className="min-w-[260px]">
                  {words(one.note || one.message)}
                  {REASON_ADVICE[one.reason] && (
                    <span className="block text-soft">{REASON_ADVICE[one.reason]}</span>
                  )}
                </td>
              </tr>
            ))}
          </Table>
          <More list={asked} />
          {dataset?.source_uri && may('index') && (
            <div className="mt-8 max-w-[560px] text-13 text-soft">
              <p className="mb-2">
                Files that were put right are taken in when the folder is indexed again, here or
                from a shell; only what changed is looked at.
              </p>
              <div className="text-ink">
                <Code text={upCommand(dataset.source_uri)} what="command" />
              </div>
            </div>
          )}
        </>
      )}
    </Page>
  );
}
