import { useMutation, useQueryClient } from '@tanstack/react-query';
import { send } from '../../api/client';
import { say, sayFault } from '../../ui/toast';

/** Looks at the source of a dataset again: new, changed and mended files are taken in. */
export function useIndexAgain(id: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => send('POST', `/dataset/${id}/reindex`),
    onSuccess: () => {
      say('Indexing has begun');
      queries.invalidateQueries({ queryKey: ['dataset', id] });
      queries.invalidateQueries({ queryKey: ['tasks'] });
    },
    onError: (cause) => sayFault('Indexing did not begin', cause),
  });
}
