import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { Download, PackageOpen, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { send } from '../../api/client';
import { useMay } from '../../api/may';
import * as ask from '../../api/queries';
import type { ListedExport } from '../../api/types';
import { bytes, number } from '../../format';
import { Bar, Empty, Reading, When } from '../../ui/bits';
import { Button, buttonLook, IconButton } from '../../ui/button';
import { Fault, words } from '../../ui/error';
import { Dialog } from '../../ui/overlay';
import { Page, Table } from '../../ui/page';
import { say, sayFault } from '../../ui/toast';

const LIMIT = 50;

const FORMATS: Record<string, string> = {
  json: 'JSON',
  csv: 'CSV',
  parquet: 'Parquet',
  coco: 'COCO',
  yolo: 'YOLO',
};

/** The archives of this dataset: being written, there, or gone. */
export function ExportsPage() {
  const { id } = useParams({ from: '/frame/dataset/$id/exports' });
  const { page = 1 } = useSearch({ from: '/frame/dataset/$id/exports' });
  const navigate = useNavigate();
  const { data, error, isPending, refetch } = useQuery({
    ...ask.exports(id, (page - 1) * LIMIT, LIMIT),
    placeholderData: (before) => before,
  });
  const queries = useQueryClient();
  const may = useMay(id);
  const changed = () => queries.invalidateQueries({ queryKey: ['dataset', id, 'exports'] });
  const [leaving, setLeaving] = useState<ListedExport | null>(null);
  const remove = useMutation({
    mutationFn: (one: ListedExport) => send('DELETE', `/dataset/${id}/exports/${one.id}`),
    onSuccess: (_, one) => say(`"${one.file_name}" is deleted`),
    onError: (cause) => sayFault('The export was not deleted', cause),
    onSettled: changed,
  });
  const stop = useMutation({
    mutationFn: (one: ListedExport) => send('POST', `/tasks/${one.task_id}/abort`),
    onSuccess: () => say('The export is stopped'),
    onError: (cause) => sayFault('The export was not stopped', cause),
    onSettled: changed,
  });
  const pages = Math.ceil((data?.total ?? 0) / LIMIT);
  const turn = (to: number) =>
    navigate({
      to: '/dataset/$id/exports',
      params: { id },
      search: { page: to > 1 ? to : undefined },
    });
  return (
    <Page
      title="Exports"
      about="Archives of what is known about pictures, with their files where asked. Each stays for a week."
    >
      {error && !data && (
        <Fault what="The exports could not be listed" cause={error} onRetry={() => refetch()} />
      )}
      {isPending && !error && <Reading what="the exports" />}
      {data?.exports.length === 0 && (
        <Empty icon={<PackageOpen size={40} strokeWidth={1.5} />} title="No exports">
          <p>Select pictures in Explore, or all results of a filter, and press “Export”.</p>
          <Link to="/dataset/$id/data" params={{ id }} className={buttonLook()}>
            To Explore
          </Link>
        </Empty>
      )}
      {data && data.exports.length > 0 && (
        <Table numbers={[1, 3]} head={['Archive', 'Pictures', 'State', 'Size', 'Asked for', '']}>
          {data.exports.map((one) => (
            <Row
              key={one.id}
              one={one}
              changes={may('stop')}
              busy={remove.isPending || stop.isPending}
              onDelete={() => setLeaving(one)}
              onStop={() => stop.mutate(one)}
            />
          ))}
        </Table>
      )}
      {pages > 1 && (
        <div className="mt-4 flex items-center justify-center gap-3 text-13">
          <Button disabled={page <= 1} onClick={() => turn(page - 1)}>
            Previous
          </Button>
          <span className="text-soft">
            {page} of {pages}
          </span>
          <Button disabled={page >= pages} onClick={() => turn(page + 1)}>
            Next
          </Button>
        </div>
      )}
      <Dialog
        open={leaving !== null}
        onClose={() => setLeaving(null)}
        title="Delete this export?"
        about={`"${leaving?.file_name ?? ''}" can then be downloaded no more. The pictures stay as they are, and can be exported again.`}
      >
        <div className="flex justify-end gap-2">
          <Button onClick={() => setLeaving(null)}>Keep it</Button>
          <Button
            look="danger"
            onClick={() => {
              if (leaving) remove.mutate(leaving);
              setLeaving(null);
            }}
          >
            Delete
          </Button>
        </div>
      </Dialog>
    </Page>
  );
}

function Row({
  one,
  changes,
  busy,
  onDelete,
  onStop,
}: {
  one: ListedExport;
  changes: boolean;
  busy: boolean;
  onDelete: () => void;
  onStop: () => void;
}) {
  const runs = one.status === 'INIT' || one.status === 'IN_PROGRESS';
  return (
    <tr>
      <td className="min-w-[160px] wrap-anywhere">
        <bdi className="font-semibold">{one.file_name}</bdi>
        <span className="block text-12 text-soft">
          {FORMATS[one.format ?? ''] ?? ''}
          {one.include_images && ' with files'}
        </span>
      </td>
      <td className="text-right">{number(one.entities_count)}</td>
      <td className="min-w-[140px]">
        <State one={one} />
      </td>
      <td className="text-right whitespace-nowrap">
        {one.size_bytes === null ? '' : bytes(one.size_bytes)}
      </td>
      <td className="whitespace-nowrap">
        <When time={one.created_at} />
        <span className="block text-12 text-soft">{one.created_by}</span>
      </td>
      <td className="acts">
        <span className="flex items-center justify-end gap-1">
          {one.download_uri && (
            <a href={one.download_uri} className={buttonLook()}>
              <Download size={15} aria-hidden /> Download
            </a>
          )}
          {changes && runs && one.task_id && (
            <Button disabled={busy} onClick={onStop}>
              Stop
            </Button>
          )}
          {changes && !runs && (
            <IconButton label={`Delete ${one.file_name}`} disabled={busy} onClick={onDelete}>
              <Trash2 size={15} />
            </IconButton>
          )}
        </span>
      </td>
    </tr>
  );
}

function State({ one }: { one: ListedExport }) {
  if (one.status === 'INIT') return <span className="text-soft">Waits for its turn</span>;
  if (one.status === 'IN_PROGRESS') {
    return (
      <>
        <span className="text-working">Being written · {Math.round(one.progress * 100)} %</span>
        <span className="mt-1.5 block">
          <Bar percent={one.progress * 100} label={`Progress of ${one.file_name}`} />
        </span>
      </>
    );
  }
  if (one.status === 'COMPLETED') {
    return one.size_bytes === null ? (
      <span className="text-soft">Its week is over; the archive is gone</span>
    ) : (
      <>
        <span className="text-ready">Ready</span>
        {one.expires_at && (
          <span className="block text-12 text-soft">
            goes <When time={one.expires_at} />
          </span>
        )}
      </>
    );
  }
  return (
    <span className="text-failed">
      {one.status === 'REJECTED' ? 'Refused' : 'Failed'}
      <span className="block text-12">{words(one.result_message ?? 'it is not said why')}</span>
    </span>
  );
}
