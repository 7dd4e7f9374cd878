import { useQuery } from '@tanstack/react-query';
import { Link, Outlet, useParams } from '@tanstack/react-router';
import { ChevronRight, Link2 } from 'lucide-react';
import { ApiError } from '../../api/client';
import { useMay } from '../../api/may';
import * as ask from '../../api/queries';
import { useRenewal } from '../../api/renew';
import { plural } from '../../format';
import { Bar, Empty, Status } from '../../ui/bits';
import { Button, buttonLook } from '../../ui/button';
import { copy } from '../../ui/copy';
import { Fault } from '../../ui/error';
import { useTitle } from '../../ui/title';
import { say } from '../../ui/toast';
import { useIndexAgain } from '../settings/index-again';
import { pace } from '../tasks/pace';
import { Mark } from './mark';

/** What is being done, how far it is and when it will be done. */
function Pace({ id, progress }: { id: string; progress: number }) {
  const { data } = useQuery(ask.tasks({ dataset_id: id, page_size: 5 }));
  const task = data?.tasks.find((one) => !one.end_time);
  return (task && pace(task, Date.now())) || `${progress} %`;
}

/** The header that every page of a dataset has. */
export function DatasetFrame() {
  const { id } = useParams({ from: '/frame/dataset/$id' });
  const { data, error, refetch } = useQuery(ask.dataset(id));
  const { data: report } = useQuery({ ...ask.report(id), retry: false });
  const may = useMay(id);
  const again = useIndexAgain(id);
  useRenewal(data);
  useTitle(data?.display_name);
  if (error && !data) {
    const gone = error instanceof ApiError && error.status === 404;
    return (
      <main className="h-full overflow-auto p-6">
        {gone ? (
          <Empty icon={<Mark size={40} />} alone title="There is no such dataset">
            <p>It was deleted, or it is not shared with you.</p>
            <Link to="/" className={buttonLook()}>
              All datasets
            </Link>
          </Empty>
        ) : (
          <Fault what="The dataset could not be read" cause={error} onRetry={() => refetch()} />
        )}
      </main>
    );
  }
  const works =
    data && data.progress < 100 && ['INDEXING', 'DRAFT', 'READ ONLY'].includes(data.status_new);
  return (
    <div className="flex h-full flex-col">
      <header className="relative flex h-12 shrink-0 items-center gap-x-3 border-b border-line px-4">
        <Link to="/" className="hidden text-13 text-soft hover:text-ink sm:inline">
          Datasets
        </Link>
        <ChevronRight size={14} className="-mx-1.5 hidden text-edge sm:block" aria-hidden />
        <h1
          dir="auto"
          title={data?.display_name}
          className="min-w-0 truncate text-14 font-semibold"
        >
          {data ? (
            <Link to="/dataset/$id/data" params={{ id }}>
              {data.display_name}
            </Link>
          ) : (
            // Nothing to see while it is asked for, but a heading all the same.
            <span className="sr-only">Dataset</span>
          )}
        </h1>
        {data && (
          <>
            <Status status={data.status_new} />
            <span className="hidden shrink-0 text-12 text-soft md:inline">
              {plural(data.n_images, 'picture')}
              {report && report.rejected > 0 && (
                <>
                  {' · '}
                  <Link
                    to="/dataset/$id/rejected"
                    params={{ id }}
                    className="underline-offset-2 hover:text-ink hover:underline"
                  >
                    {plural(report.rejected, 'rejected file')}
                  </Link>
                </>
              )}
            </span>
            <span className="grow" />
            {works && (
              <span className="hidden text-12 text-soft lg:inline">
                <Pace id={id} progress={data.progress} />
              </span>
            )}
            <Button
              look="quiet"
              className="px-2!"
              title="Copy the address of this page; it shows the same to whoever may see the dataset"
              onClick={async () => {
                await copy(window.location.href);
                say('Address copied');
              }}
            >
              <Link2 size={16} aria-hidden />
              <span className="max-sm:sr-only">Share</span>
            </Button>
            {works && (
              <div className="absolute inset-x-0 -bottom-px">
                <Bar percent={data.progress} label="Indexing" />
              </div>
            )}
          </>
        )}
      </header>
      {data?.status_new === 'ERROR' && (
        <div className="shrink-0 p-4">
          <Fault
            what="Indexing failed"
            cause={data.fatal_error_msg ?? 'the server did not say why'}
            {...(may('index') ? { onRetry: () => again.mutate() } : {})}
          />
        </div>
      )}
      <div className="min-h-0 grow">
        <Outlet />
      </div>
    </div>
  );
}
