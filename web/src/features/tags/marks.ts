/** Putting tags on pictures, and taking that back. */
import type { QueryClient } from '@tanstack/react-query';
import { ApiError, type Query, send } from '../../api/client';
import type { Change } from '../../api/types';
import { say, sayFault } from '../../ui/toast';

/** Whatever depends on tags is asked for again. */
export function marksChanged(queries: QueryClient, id: string) {
  for (const part of ['tags', 'facets', 'marks', 'media', 'clusters', 'map']) {
    queries.invalidateQueries({ queryKey: ['dataset', id, part] });
  }
  queries.invalidateQueries({ queryKey: ['tasks'] });
}

const RUNNING_MS = 700;
const PATIENCE = 60;

/** Takes a change back; one that is still being made is waited for. */
export async function undo(queries: QueryClient, id: string, change: string): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    try {
      await send('POST', `/dataset/${id}/changes/${change}/undo`);
      say('Taken back');
      break;
    } catch (cause) {
      const waits = cause instanceof ApiError && cause.code === 'change_running';
      if (!waits || tries >= PATIENCE) {
        sayFault('It was not taken back', cause);
        break;
      }
      await new Promise((done) => setTimeout(done, RUNNING_MS));
    }
  }
  marksChanged(queries, id);
}

export interface MarkWish {
  readonly add_tags?: string[];
  readonly remove_tags?: string[];
  readonly add_labels?: string[];
  readonly remove_labels?: string[];
  readonly media_ids?: string[];
  readonly all_matching?: boolean;
  readonly except_media_ids?: string[];
}

/** Changes tags; says so with a way back. */
export async function mark(
  queries: QueryClient,
  id: string,
  wish: MarkWish,
  filter: Query,
  said: string,
): Promise<void> {
  const change = await send<Change>(
    'POST',
    `/dataset/${id}/marks`,
    wish,
    wish.all_matching ? filter : {},
  );
  marksChanged(queries, id);
  say(said, { label: 'Undo', act: () => void undo(queries, id, change.change_id) });
}
