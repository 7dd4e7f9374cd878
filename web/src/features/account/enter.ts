import type { QueryClient } from '@tanstack/react-query';
import * as ask from '../../api/queries';

/**
 * Learns who came in before a page asks. That nobody had is remembered from the page that led to
 * the door, and would lead there again; what somebody else was told goes.
 */
export async function entered(queries: QueryClient): Promise<void> {
  queries.removeQueries({ type: 'inactive' });
  await queries.fetchQuery({ ...ask.me, staleTime: 0 });
  await queries.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'me' });
}
