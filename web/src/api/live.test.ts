import { describe, expect, it } from 'vitest';
import { withNewer, withTask } from './live';
import type { Dataset, Task } from './types';

const dataset = { id: 'd', progress: 3, n_rejected: 0 } as Dataset;
const task = {
  task_id: 't',
  dataset_id: 'd',
  progress_percentage: 40,
  phase: 'indexing',
  done: 4,
  total: 10,
  rejected: 2,
  end_time: null,
} as Task;

describe('a task that is told while it runs', () => {
  it('moves the progress of its dataset and of no other', () => {
    expect(withTask(dataset, task)).toMatchObject({
      progress: 40,
      phase: 'indexing',
      done: 4,
      total: 10,
      n_rejected: 2,
    });
    expect(withTask({ ...dataset, id: 'e' }, task).progress).toBe(3);
    expect(withTask(dataset, { ...task, end_time: '2026-01-01T00:00:00Z' }).progress).toBe(3);
  });

  it('takes the place of its older state in a list', () => {
    const list = {
      tasks: [
        { ...task, done: 1 },
        { ...task, task_id: 'u' },
      ],
      total: 2,
    };
    const newer = withNewer(list as Parameters<typeof withNewer>[0], task);
    expect(newer.tasks.map((one) => one.done)).toEqual([4, 4]);
    expect(newer.tasks[1]?.task_id).toBe('u');
    expect(newer.total).toBe(2);
  });
});
