import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Download } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { get, type Query, send } from '../../api/client';
import type { ExportTask } from '../../api/types';
import { plural } from '../../format';
import { Bar, Choice, Labelled, Turning } from '../../ui/bits';
import { Button, buttonLook } from '../../ui/button';
import { Fault } from '../../ui/error';
import { Dialog } from '../../ui/overlay';

const FORMATS = [
  ['json', 'JSON, everything that is known'],
  ['csv', 'CSV, a table'],
  ['parquet', 'Parquet, a table'],
  ['coco', 'COCO'],
  ['yolo', 'YOLO'],
] as const;
type Format = (typeof FORMATS)[number][0];

/** Which pictures: those named, or nothing for all of the filter. */
export type Chosen = () => Promise<string[] | null>;

const ended = (task: ExportTask | undefined) =>
  task !== undefined && ['COMPLETED', 'FAILED', 'REJECTED'].includes(task.status);

/** Asks for an archive of pictures, tells how far it is, and leads to it. */
export function ExportDialog({
  id,
  count,
  filter,
  chosen,
  open,
  onClose,
}: {
  id: string;
  count: number;
  filter: Query;
  chosen: Chosen;
  open: boolean;
  onClose: () => void;
}) {
  const [format, setFormat] = useState<Format>('json');
  const [files, setFiles] = useState(false);
  const [begun, setBegun] = useState<ExportTask | null>(null);
  const [fault, setFault] = useState<unknown>(null);
  const [waits, setWaits] = useState(false);
  const queries = useQueryClient();
  const asked = useQuery({
    queryKey: ['dataset', id, 'export', begun?.id],
    queryFn: ({ signal }) =>
      get<ExportTask>(`/dataset/${id}/export_status`, { export_task_id: begun?.id }, signal),
    enabled: begun !== null,
    refetchInterval: (query) => (ended(query.state.data) ? false : 700),
  });
  const task = asked.data ?? begun ?? undefined;
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setWaits(true);
    setFault(null);
    const how = { export_format: format, include_images: files };
    try {
      const media_ids = await chosen();
      const path = `/dataset/${id}`;
      setBegun(
        media_ids === null
          ? await get<ExportTask>(`${path}/export_context_async`, { ...filter, ...how })
          : await send<ExportTask>(
              'POST',
              `${path}/export_entities_async`,
              { media_selection: [{ type: 'media', payload: { media_ids } }] },
              how,
            ),
      );
      queries.invalidateQueries({ queryKey: ['tasks'] });
      queries.invalidateQueries({ queryKey: ['dataset', id, 'exports'] });
    } catch (cause) {
      setFault(cause);
    } finally {
      setWaits(false);
    }
  };
  const close = () => {
    setBegun(null);
    setFault(null);
    onClose();
  };
  return (
    <Dialog
      open={open}
      onClose={close}
      title={`Export ${plural(count, 'picture')}`}
      about="What is known of them, packed into one archive; their files too if you like."
    >
      {task === undefined ? (
        <form onSubmit={submit} className="flex flex-col gap-4">
          <Labelled label="Format">
            <Choice label="Format" value={format} options={FORMATS} onChange={setFormat} />
          </Labelled>
          <label className="flex items-center gap-2 text-13">
            <input
              type="checkbox"
              checked={files}
              onChange={(event) => setFiles(event.target.checked)}
            />
            With the files of the pictures
          </label>
          {fault !== null && <Fault what="The export was not begun" cause={fault} />}
          <Button type="submit" look="primary" disabled={waits} className="self-end">
            {waits && <Turning />} Export
          </Button>
        </form>
      ) : (
        <div className="flex flex-col gap-3 text-13" aria-live="polite">
          {!ended(task) && (
            <>
              <Bar percent={task.progress * 100} label="Progress of the export" />
              <p className="text-soft">
                The archive is being written. It goes on when you close this;{' '}
                <Link
                  to="/dataset/$id/exports"
                  params={{ id }}
                  className="text-accent-ink underline underline-offset-2"
                >
                  Exports
                </Link>{' '}
                has it afterwards.
              </p>
            </>
          )}
          {task.status === 'COMPLETED' && (
            <>
              <p>
                {plural(task.entities_count, 'picture')} exported. The archive stays for a week
                under{' '}
                <Link
                  to="/dataset/$id/exports"
                  params={{ id }}
                  className="text-accent-ink underline underline-offset-2"
                >
                  Exports
                </Link>
                .
              </p>
              <a
                href={task.download_uri ?? undefined}
                className={`${buttonLook('primary')} self-end`}
              >
                <Download size={15} aria-hidden /> Download
              </a>
            </>
          )}
          {(task.status === 'FAILED' || task.status === 'REJECTED') && (
            <Fault
              what="The export failed"
              cause={task.error ?? task.result_message ?? 'the server did not say why'}
            />
          )}
        </div>
      )}
      {asked.error && <Fault what="How far it is cannot be told" cause={asked.error} />}
    </Dialog>
  );
}
