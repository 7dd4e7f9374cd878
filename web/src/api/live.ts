/**
 * Background work as the server tells it, while the page is in sight.
 *
 * Each event is put into the answers that pages already have; what a task changed at its end is
 * asked for again. Where no events come (an old proxy, a stopped server) pages go on polling.
 */
import type { QueryClient } from '@tanstack/react-query';
import type { Dataset, Task, Tasks } from './types';

let connected = false;

/** Whether events come, so that nobody needs to ask often. */
export const isLive = () => connected;

const ended = (task: Task) => task.end_time !== null;

/** The dataset with what its task tells of it. */
export function withTask(dataset: Dataset, task: Task): Dataset {
  if (dataset.id !== task.dataset_id || ended(task)) return dataset;
  return {
    ...dataset,
    progress: task.progress_percentage ?? dataset.progress,
    phase: task.phase ?? null,
    done: task.done ?? null,
    total: task.total ?? null,
    n_rejected: task.rejected ?? dataset.n_rejected,
  };
}

/** The list with the newer state of a task that is in it. */
export function withNewer(list: Tasks, task: Task): Tasks {
  return {
    ...list,
    tasks: list.tasks.map((one) => (one.task_id === task.task_id ? task : one)),
  };
}

function hear(queries: QueryClient, task: Task) {
  const lists = queries.getQueriesData<Tasks>({ queryKey: ['tasks'] });
  const known = lists.some(([, list]) => list?.tasks.some((one) => one.task_id === task.task_id));
  if (known) {
    for (const [key, list] of lists) if (list) queries.setQueryData(key, withNewer(list, task));
  } else {
    queries.invalidateQueries({ queryKey: ['tasks'] });
  }
  if (ended(task) || !known) {
    queries.invalidateQueries({ queryKey: ['datasets'] });
    queries.invalidateQueries({ queryKey: ['dataset', task.dataset_id] });
    return;
  }
  queries.setQueryData<Dataset[]>(['datasets'], (all) => all?.map((one) => withTask(one, task)));
  queries.setQueryData<Dataset>(['dataset', task.dataset_id], (one) => one && withTask(one, task));
}

/** Listens until told to stop. A page that nobody sees holds no connection. */
export function listen(queries: QueryClient): () => void {
  let source: EventSource | null = null;
  const close = () => {
    source?.close();
    source = null;
    connected = false;
  };
  const open = () => {
    if (source || document.visibilityState === 'hidden') return;
    source = new EventSource('/api/v1/tasks/events');
    source.onopen = () => {
      connected = true;
    };
    source.onerror = () => {
      connected = false;
    };
    source.addEventListener('task', (event) => {
      hear(queries, JSON.parse((event as MessageEvent<string>).data) as Task);
    });
  };
  const turn = () => (document.visibilityState === 'hidden' ? close() : open());
  document.addEventListener('visibilitychange', turn);
  open();
  return () => {
    document.removeEventListener('visibilitychange', turn);
    close();
  };
}
