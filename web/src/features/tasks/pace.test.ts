import { describe, expect, it } from 'vitest';
import type { Task } from '../../api/types';
import { pace } from './pace';

const START = '2026-01-01T00:00:00Z';
const at = (seconds: number) => Date.parse(START) + seconds * 1000;
const task = (more: Partial<Task>) => ({ start_time: START, end_time: null, ...more }) as Task;

describe('the pace of a task', () => {
  it('says phase, done of total, rate, time left and failures', () => {
    const running = task({ phase: 'indexing', done: 500, total: 2000, rejected: 3 });
    expect(pace(running, at(50))).toBe(
      'indexing · 500 of 2,000 · 10 a second · 3 min left · 3 rejected so far',
    );
  });

  it('promises nothing in the first seconds, nor without a total', () => {
    expect(pace(task({ phase: 'indexing', done: 1, total: 9 }), at(2))).toBe('indexing · 1 of 9');
    expect(pace(task({ phase: 'scanning', done: 40, total: 0 }), at(60))).toBe('scanning');
  });

  it('has no time left once it ended', () => {
    const done = task({ done: 9, total: 9, rejected: 2, end_time: '2026-01-01T00:01:00Z' });
    expect(pace(done, at(600))).toBe('2 rejected');
  });
});
