import { Link, useNavigate } from '@tanstack/react-router';
import { Ellipsis, ImageOff, Link2, Settings, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { may } from '../../api/may';
import { thumbnail } from '../../api/queries';
import type { Dataset } from '../../api/types';
import { number, plural } from '../../format';
import { Bar, Status, When } from '../../ui/bits';
import { IconButton } from '../../ui/button';
import { copy } from '../../ui/copy';
import { words } from '../../ui/error';
import { Menu, MenuItem } from '../../ui/overlay';
import { say } from '../../ui/toast';
import { DeleteDataset } from '../settings/delete';
import { ownerOf } from './state';

/** Four pictures of the dataset, or what is there of them. */
function Mosaic({ dataset }: { dataset: Dataset }) {
  const shown = dataset.preview_media ?? [];
  if (shown.length === 0) {
    return (
      <div className="flex aspect-[3/2] items-center justify-center bg-sunken text-edge">
        <ImageOff size={28} strokeWidth={1.5} aria-hidden />
      </div>
    );
  }
  return (
    <div
      className={`grid aspect-[3/2] gap-0.5 overflow-hidden bg-sunken ${shown.length > 1 ? 'grid-cols-2' : ''} ${shown.length > 2 ? 'grid-rows-2' : ''}`}
    >
      {shown.map((one, at) => (
        <img
          key={one}
          src={thumbnail(dataset.id, one)}
          alt=""
          loading="lazy"
          className={`size-full min-h-0 min-w-0 object-cover ${shown.length === 3 && at === 0 ? 'row-span-2' : ''}`}
        />
      ))}
    </div>
  );
}

export function DatasetCard({ dataset }: { dataset: Dataset }) {
  const [deleting, setDeleting] = useState(false);
  const navigate = useNavigate();
  const works = ['INDEXING', 'DRAFT', 'READ ONLY'].includes(dataset.status_new);
  return (
    <li className="group relative flex flex-col overflow-hidden rounded-card border border-line bg-raised transition-colors focus-within:border-edge hover:border-edge">
      <Mosaic dataset={dataset} />
      <div className="flex grow flex-col gap-1 p-3">
        <div className="flex items-center gap-2">
          <h2
            dir="auto"
            title={dataset.display_name}
            className="min-w-0 grow truncate text-left font-semibold"
          >
            <Link
              to="/dataset/$id/data"
              params={{ id: dataset.id }}
              className="after:absolute after:inset-0 after:rounded-card focus-visible:outline-none focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-accent"
            >
              {dataset.display_name}
            </Link>
          </h2>
          <div className="relative z-1 -my-1 -mr-1">
            <Menu
              button={
                <IconButton label={`More about ${dataset.display_name}`}>
                  <Ellipsis size={16} />
                </IconButton>
              }
            >
              <MenuItem
                onClick={async () => {
                  await copy(`${window.location.origin}/dataset/${dataset.id}/data`);
                  say('Address copied');
                }}
              >
                <Link2 size={15} aria-hidden /> Copy address
              </MenuItem>
              <MenuItem
                onClick={() =>
                  navigate({ to: '/dataset/$id/settings', params: { id: dataset.id } })
                }
              >
                <Settings size={15} aria-hidden /> Settings
              </MenuItem>
              {may(dataset.your_role, 'delete') && (
                <MenuItem danger onClick={() => setDeleting(true)}>
                  <Trash2 size={15} aria-hidden /> Delete…
                </MenuItem>
              )}
            </Menu>
          </div>
        </div>
        <div className="flex items-center gap-x-3 text-12 text-soft">
          <Status status={dataset.status_new} />
          <span>{plural(dataset.n_images, 'picture')}</span>
          {(dataset.n_rejected ?? 0) > 0 && <span>{number(dataset.n_rejected ?? 0)} rejected</span>}
        </div>
        {works && (
          <div className="mt-1">
            <Bar percent={dataset.progress} label={`Progress of ${dataset.display_name}`} />
            <p className="mt-1 truncate text-12 text-soft">
              {dataset.progress} %
              {dataset.phase && dataset.phase !== 'waiting' && ` · ${dataset.phase}`}
              {(dataset.total ?? 0) > 0 &&
                ` ${number(dataset.done ?? 0)} of ${number(dataset.total ?? 0)}`}
            </p>
          </div>
        )}
        {dataset.status_new === 'ERROR' && (
          <p className="mt-1 line-clamp-3 text-12 text-failed">
            {words(dataset.fatal_error_msg ?? 'indexing failed')}
          </p>
        )}
        <p className="mt-auto truncate pt-1 text-12 text-soft" title={dataset.source_uri}>
          <When time={dataset.created_at} />
          {ownerOf(dataset) && ` · ${ownerOf(dataset)}`}
          {dataset.source_uri && ` · ${dataset.source_uri}`}
        </p>
      </div>
      <DeleteDataset dataset={dataset} open={deleting} onClose={() => setDeleting(false)} />
    </li>
  );
}
