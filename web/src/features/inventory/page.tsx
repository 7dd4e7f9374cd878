import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { FolderPlus, Images, Plus, Search } from 'lucide-react';
import { useMayCreate } from '../../api/may';
import * as ask from '../../api/queries';
import { plural } from '../../format';
import { Choice, Empty, Reading, statusText } from '../../ui/bits';
import { Button, buttonLook } from '../../ui/button';
import { Code } from '../../ui/copy';
import { Fault } from '../../ui/error';
import { Page } from '../../ui/page';
import { useTitle } from '../../ui/title';
import { DatasetCard } from './card';
import { arrange, type Inventory, ORDERS, STATUSES } from './state';

export function DatasetsPage() {
  useTitle('Datasets');
  const state = useSearch({ from: '/frame/' });
  const makes = useMayCreate();
  const navigate = useNavigate({ from: '/' });
  const { data, error, isPending, refetch } = useQuery(ask.datasets);
  const set = (change: Partial<Inventory>) =>
    navigate({ search: (was) => ({ ...was, ...change }), replace: change.q !== undefined });
  const shown = data ? arrange(data, state) : [];
  const pictures = data?.reduce((sum, one) => sum + one.n_images, 0) ?? 0;
  return (
    <Page
      title="Datasets"
      about={
        data &&
        data.length > 0 &&
        `${plural(data.length, 'dataset')} · ${plural(pictures, 'picture')}`
      }
      actions={
        makes && (
          <Link to="/new" className={buttonLook('primary')}>
            <Plus size={16} aria-hidden /> New dataset
          </Link>
        )
      }
    >
      {error && !data && (
        <Fault what="The datasets could not be listed" cause={error} onRetry={() => refetch()} />
      )}
      {isPending && !error && <Reading what="the datasets" />}
      {data?.length === 0 && (
        <Empty icon={<FolderPlus size={40} strokeWidth={1.5} />} title="No datasets yet">
          <p>
            A dataset is a folder of pictures that Lamina has looked at: every picture with its
            thumbnail, its copies, its flaws and what it resembles. Nothing in the folder is
            changed.
          </p>
          {makes ? (
            <>
              <Link to="/new" className={buttonLook('primary')}>
                <Plus size={16} aria-hidden /> New dataset
              </Link>
              <p className="text-13">or from a shell:</p>
              <div className="w-full text-left text-ink">
                <Code text="lamina up /path/to/pictures" what="command" />
              </div>
            </>
          ) : (
            <p>Datasets that somebody shares with you are here.</p>
          )}
        </Empty>
      )}
      {data && data.length > 0 && (
        <>
          <div className="mb-5 flex flex-wrap items-center gap-2">
            <div className="relative min-w-[200px] grow sm:max-w-[360px]">
              <Search
                size={15}
                className="pointer-events-none absolute top-2 left-2.5 text-soft"
                aria-hidden
              />
              <input
                data-search
                type="search"
                aria-label="Search by name"
                placeholder="Search by name"
                value={state.q ?? ''}
                onChange={(event) => set({ q: event.target.value })}
                className="field w-full pl-8"
              />
            </div>
            <Choice
              label="Status"
              value={state.status ?? 'ALL'}
              options={[
                ['ALL', 'Any status'],
                ...STATUSES.map((one) => [one, statusText(one)] as const),
              ]}
              onChange={(status) => set({ status: status === 'ALL' ? undefined : status })}
            />
            <Choice
              label="Sort"
              value={state.sort ?? '-date'}
              options={ORDERS}
              onChange={(sort) => set({ sort: sort === '-date' ? undefined : sort })}
            />
          </div>
          {shown.length === 0 ? (
            <Empty icon={<Images size={40} strokeWidth={1.5} />} title="No dataset matches">
              <Button onClick={() => navigate({ search: {} })}>Show all {data.length}</Button>
            </Empty>
          ) : (
            <ul className="grid grid-cols-[repeat(auto-fill,minmax(min(280px,100%),1fr))] gap-5">
              {shown.map((dataset) => (
                <DatasetCard key={dataset.id} dataset={dataset} />
              ))}
            </ul>
          )}
        </>
      )}
    </Page>
  );
}
