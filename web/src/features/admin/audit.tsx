import { useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { ScrollText } from 'lucide-react';
import { get } from '../../api/client';
import type { AuditEntry } from '../../api/people';
import { Empty, Reading, When } from '../../ui/bits';
import { Fault } from '../../ui/error';
import { More, Page, Table } from '../../ui/page';
import { useTitle } from '../../ui/title';
import { AdminTabs } from './tabs';

interface Some {
  items: AuditEntry[];
  next_cursor: string | null;
}

/** Who did what to whom, the latest first. */
export function AuditPage() {
  useTitle('Audit');
  const { action } = useSearch({ from: '/frame/admin/audit' });
  const navigate = useNavigate({ from: '/admin/audit' });
  const asked = useInfiniteQuery({
    queryKey: ['audit', action],
    queryFn: ({ pageParam, signal }) =>
      get<Some>('/admin/audit', { action, cursor: pageParam, limit: 100 }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next_cursor,
  });
  const { data, error, refetch, isPending } = asked;
  const rows = data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Page
      title="Audit"
      actions={<AdminTabs />}
      about={
        action ? (
          <>
            Only {action}.{' '}
            <button
              type="button"
              className="text-accent-ink hover:underline"
              onClick={() => navigate({ search: {} })}
            >
              Show all
            </button>
          </>
        ) : (
          'Who did what, the latest first. Click what was done to see only that.'
        )
      }
    >
      {error && (
        <Fault what="The audit trail could not be read" cause={error} onRetry={() => refetch()} />
      )}
      {isPending && !error && <Reading what="the trail" />}
      {data && rows.length === 0 && (
        <Empty icon={<ScrollText size={40} strokeWidth={1.5} />} title="Nothing yet">
          <p>Signing in, keys, sharing and everything administrators do would be listed here.</p>
        </Empty>
      )}
      {rows.length > 0 && (
        <>
          <Table head={['When', 'Who', 'What', 'To', 'From', 'Details']}>
            {rows.map((one) => (
              <tr key={one.id} className="align-top">
                <td className="whitespace-nowrap">
                  <When time={one.at} />
                </td>
                <td>{one.actor}</td>
                <td className="whitespace-nowrap">
                  <button
                    type="button"
                    className="text-accent-ink hover:underline"
                    onClick={() => navigate({ search: { action: one.action } })}
                  >
                    {one.action.replace(/[._]/g, ' ')}
                  </button>
                </td>
                <td className="max-w-[320px] min-w-[180px] wrap-anywhere">{one.target}</td>
                <td>{one.address}</td>
                <td className="max-w-[320px] min-w-[160px] wrap-anywhere text-soft">
                  {one.details}
                </td>
              </tr>
            ))}
          </Table>
          <More list={asked} />
        </>
      )}
    </Page>
  );
}
