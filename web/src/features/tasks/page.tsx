import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { ListChecks } from 'lucide-react';
import { send } from '../../api/client';
import { may } from '../../api/may';
import * as ask from '../../api/queries';
import type { Task } from '../../api/types';
import { duration, parseTime } from '../../format';
import { Bar, Choice, Empty, Reading, When } from '../../ui/bits';
import { Button } from '../../ui/button';
import { Fault, words } from '../../ui/error';
import { Page, Table } from '../../ui/page';
import { useTitle } from '../../ui/title';
import { say, sayFault } from '../../ui/toast';
import { pace } from './pace';

const KINDS: Record<string, string> = {
  DATASET_CREATION: 'Index',
  MEDIA_ADDITION: 'Add pictures',
  TAGGING: 'Tag',
  EXPORT: 'Export',
  REINDEX: 'Index again',
  ENRICHMENT: 'Enrich',
  CUSTOM_METADATA: 'Custom metadata',
  SNAPSHOT_RESTORE: 'Restore a snapshot',
  SNAPSHOT_CLONE: 'Clone a snapshot',
};

const STATES: Record<Task['status'], [text: string, tone: string]> = {
  INITIALIZING: ['Waiting', 'text-soft'],
  RUNNING: ['Running', 'text-working'],
  COMPLETED: ['Done', 'text-ready'],
  FAILED: ['Failed', 'text-failed'],
  ABORTED: ['Cancelled', 'text-attention'],
};

const STATUS_CHOICES = [
  ['ALL', 'Any state'],
  ...Object.entries(STATES).map(([status, [text]]) => [status, text] as const),
] as const;

export function TasksPage() {
  useTitle('Tasks');
  const { dataset, status } = useSearch({ from: '/frame/tasks' });
  const navigate = useNavigate({ from: '/tasks' });
  const { data, error, isPending, refetch } = useQuery(
    ask.tasks({ page_size: 50, dataset_id: dataset, task_status: status }),
  );
  const { data: datasets } = useQuery(ask.datasets);
  const roles = new Map(datasets?.map((one) => [one.id, one.your_role]));
  return (
    <Page
      title="Tasks"
      about="Work that goes on by itself. You can close this page; after a restart it goes on where it was."
      actions={
        <Choice
          label="State"
          value={status ?? 'ALL'}
          options={STATUS_CHOICES}
          onChange={(now) =>
            navigate({ search: (was) => ({ ...was, status: now === 'ALL' ? undefined : now }) })
          }
        />
      }
    >
      {error && !data && (
        <Fault what="The tasks could not be listed" cause={error} onRetry={() => refetch()} />
      )}
      {isPending && !error && <Reading what="the tasks" />}
      {data?.tasks.length === 0 && (
        <Empty icon={<ListChecks size={40} strokeWidth={1.5} />} title="No tasks">
          <p>Indexing a folder is a task; it would be here with its progress and how it ended.</p>
        </Empty>
      )}
      {data && data.tasks.length > 0 && (
        <Table head={['Task', 'Dataset', 'State', 'Began', 'Took', '']}>
          {data.tasks.map((task) => (
            <Row key={task.task_id} task={task} stops={may(roles.get(task.dataset_id), 'stop')} />
          ))}
        </Table>
      )}
    </Page>
  );
}

function Row({ task, stops }: { task: Task; stops: boolean }) {
  const queries = useQueryClient();
  const act = useMutation({
    mutationFn: (verb: 'abort' | 'retry') => send('POST', `/tasks/${task.task_id}/${verb}`),
    onSuccess: (_, verb) => say(verb === 'abort' ? 'Task cancelled' : 'Task begun again'),
    onError: (cause, verb) =>
      sayFault(verb === 'abort' ? 'The task was not cancelled' : 'The task was not begun', cause),
    onSettled: () => queries.invalidateQueries({ queryKey: ['tasks'] }),
  });
  const running = !task.end_time;
  const [text, tone] = STATES[task.status] ?? [task.status, 'text-soft'];
  const end = task.end_time ? parseTime(task.end_time).getTime() : Date.now();
  const note = task.error_message
    ? words(task.error_message)
    : pace(task, Date.now()) || (task.status_message === 'finished' ? '' : task.status_message);
  return (
    <tr className="align-top">
      <td className="whitespace-nowrap">{KINDS[task.task_type] ?? task.task_type}</td>
      <td className="min-w-[140px] wrap-anywhere">
        <Link
          to="/dataset/$id/data"
          params={{ id: task.dataset_id }}
          className="text-accent-ink hover:underline"
        >
          <bdi>{task.dataset_name}</bdi>
        </Link>
      </td>
      <td className="min-w-[240px]">
        <span className={tone}>{text}</span>
        {running && task.progress_percentage !== null && ` · ${task.progress_percentage} %`}
        {running && (
          <div className="my-1.5">
            <Bar percent={task.progress_percentage} label={`Progress of ${task.dataset_name}`} />
          </div>
        )}
        {note && (
          <p className={`text-12 ${task.error_message ? 'text-failed' : 'text-soft'}`}>{note}</p>
        )}
      </td>
      <td className="whitespace-nowrap">
        <When time={task.start_time} />
      </td>
      <td className="whitespace-nowrap">
        {duration((end - parseTime(task.start_time).getTime()) / 1000)}
      </td>
      <td className="acts">
        {stops && running && (
          <Button disabled={act.isPending} onClick={() => act.mutate('abort')}>
            Cancel
          </Button>
        )}
        {stops && (task.status === 'FAILED' || task.status === 'ABORTED') && (
          <Button disabled={act.isPending} onClick={() => act.mutate('retry')}>
            Try again
          </Button>
        )}
      </td>
    </tr>
  );
}
