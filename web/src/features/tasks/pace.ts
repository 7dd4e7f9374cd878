import type { Task } from '../../api/types';
import { duration, number, parseTime } from '../../format';

/** Done of total, pace and time left, as far as they are known. */
export function pace(task: Task, now: number): string {
  const parts: string[] = [];
  if (task.phase && !task.end_time) parts.push(task.phase);
  if (task.total && !task.end_time) {
    parts.push(`${number(task.done ?? 0)} of ${number(task.total)}`);
    const seconds = (now - parseTime(task.start_time).getTime()) / 1000;
    const rate = (task.done ?? 0) / Math.max(1, seconds);
    if (rate > 0 && seconds > 5) {
      parts.push(`${rate < 10 ? rate.toFixed(1) : number(Math.round(rate))} a second`);
      parts.push(`${duration((task.total - (task.done ?? 0)) / rate)} left`);
    }
  }
  if (task.rejected)
    parts.push(`${number(task.rejected)} rejected${task.end_time ? '' : ' so far'}`);
  return parts.join(' · ');
}
