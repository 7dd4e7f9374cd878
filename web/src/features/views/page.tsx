import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { Bookmark, Trash2 } from 'lucide-react';
import { send } from '../../api/client';
import { useMay } from '../../api/may';
import * as ask from '../../api/queries';
import type { SavedView } from '../../api/types';
import { number } from '../../format';
import { readSearch } from '../../search';
import { Empty, Reading, When } from '../../ui/bits';
import { IconButton } from '../../ui/button';
import { Fault } from '../../ui/error';
import { Page, Table } from '../../ui/page';
import { say, sayFault } from '../../ui/toast';
import { readExplore } from '../explore/state';
import { chipsOf } from '../explore/words';

/** The filters of this dataset that got a name. */
export function ViewsPage() {
  const { id } = useParams({ from: '/frame/dataset/$id/views' });
  const { data, error, isPending, refetch } = useQuery(ask.views(id));
  const queries = useQueryClient();
  const may = useMay(id);
  const changed = () => queries.invalidateQueries({ queryKey: ['dataset', id, 'views'] });
  const restore = useMutation({
    mutationFn: (view: SavedView) =>
      send('POST', `/dataset/${id}/views`, undefined, {
        ...readSearch(view.filters.address ?? ''),
        address: view.filters.address,
        name: view.name,
      }),
    onError: (cause) => sayFault('The view was not brought back', cause),
    onSettled: changed,
  });
  const remove = useMutation({
    mutationFn: (view: SavedView) => send('DELETE', `/dataset/${id}/views/${view.id}`),
    onSuccess: (_, view) =>
      say(
        `View "${view.name}" removed`,
        view.filters.address === null
          ? undefined
          : { label: 'Undo', act: () => restore.mutate(view) },
      ),
    onError: (cause) => sayFault('The view was not removed', cause),
    onSettled: changed,
  });
  return (
    <Page
      title="Saved views"
      about="Filters of this dataset under a name. Everybody who may see the dataset sees them."
    >
      {error && !data && (
        <Fault what="The views could not be listed" cause={error} onRetry={() => refetch()} />
      )}
      {isPending && !error && <Reading what="the views" />}
      {data?.views.length === 0 && (
        <Empty icon={<Bookmark size={40} strokeWidth={1.5} />} title="No saved views">
          {may('save') ? (
            <p>Set some filters in Explore and press “Save view”; it is here under its name.</p>
          ) : (
            <p>Filters that an editor of this dataset saves are here under their names.</p>
          )}
          <Link
            to="/dataset/$id/data"
            params={{ id }}
            className="text-accent-ink underline-offset-2 hover:underline"
          >
            To Explore
          </Link>
        </Empty>
      )}
      {data && data.views.length > 0 && (
        <Table head={['Name', 'Filters', 'Pictures when saved', 'By', 'Saved', '']}>
          {data.views.map((view) => {
            const state = readExplore(readSearch(view.filters.address ?? ''));
            return (
              <tr key={view.id}>
                <td className="min-w-[140px] font-semibold wrap-anywhere">
                  {view.filters.address === null ? (
                    <bdi>{view.name}</bdi>
                  ) : (
                    <Link
                      to="/dataset/$id/data"
                      params={{ id }}
                      search={state}
                      className="text-accent-ink hover:underline"
                    >
                      <bdi>{view.name}</bdi>
                    </Link>
                  )}
                </td>
                <td className="min-w-[200px] wrap-anywhere text-soft">
                  {view.filters.address === null
                    ? 'made over the API'
                    : chipsOf(state)
                        .map((chip) => chip.text)
                        .join(' · ') || 'none'}
                </td>
                <td>{view.stats.n_images < 0 ? '' : number(view.stats.n_images)}</td>
                <td className="max-w-[200px] truncate">{view.created_by.email ?? ''}</td>
                <td className="whitespace-nowrap">
                  <When time={view.created_at} />
                </td>
                <td className="acts">
                  {may('save') && (
                    <IconButton label={`Remove ${view.name}`} onClick={() => remove.mutate(view)}>
                      <Trash2 size={15} />
                    </IconButton>
                  )}
                </td>
              </tr>
            );
          })}
        </Table>
      )}
    </Page>
  );
}
