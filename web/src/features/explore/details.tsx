import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { TriangleAlert, X } from 'lucide-react';
import type { ReactNode } from 'react';
import * as ask from '../../api/queries';
import type { Media } from '../../api/types';
import { bytes, number, parseTime } from '../../format';
import { Reading, When } from '../../ui/bits';
import { IconButton } from '../../ui/button';
import { CopyText } from '../../ui/copy';
import { Fault } from '../../ui/error';
import { Said } from './said';
import { FULL } from './state';
import { Suggested } from './suggested';
import { alikeWords, colourWords, issueWords, noteWords, TIER_WORDS } from './words';

export function DetailsPanel({
  id,
  mediaId,
  onClose,
}: {
  id: string;
  mediaId: string;
  onClose: () => void;
}) {
  return (
    <aside
      aria-label="Details"
      className="w-80 max-w-full shrink-0 overflow-y-auto border-l border-line bg-canvas max-xl:absolute max-xl:inset-y-0 max-xl:right-0 max-xl:z-10 max-xl:shadow-popup"
    >
      <div className="sticky top-0 flex h-10 items-center bg-canvas pr-2 pl-4">
        <h2 className="grow text-13 font-semibold">Details</h2>
        <IconButton label="Close the details" onClick={onClose}>
          <X size={16} />
        </IconButton>
      </div>
      <div className="px-4 pb-4">
        <img
          src={ask.thumbnail(id, mediaId)}
          alt=""
          className="mb-3 max-h-60 w-full rounded-tile bg-ground object-contain"
        />
        <MediaDetails id={id} mediaId={mediaId} />
      </div>
    </aside>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="flex gap-3 py-1 text-13">
      <dt className="w-[92px] shrink-0 wrap-anywhere text-soft">{name}</dt>
      <dd className="min-w-0 grow wrap-anywhere">{children}</dd>
    </div>
  );
}

/** How unusual, in words: the share of pictures that have a nearer neighbour. */
function unusual(value: number): string {
  if (value >= 0.9) return 'very unusual';
  if (value >= 0.6) return 'unusual';
  if (value >= 0.3) return 'ordinary';
  return 'much like others';
}

export function MediaDetails({ id, mediaId }: { id: string; mediaId: string }) {
  const { data, error, refetch } = useQuery({
    ...ask.media(id, mediaId),
    placeholderData: (before) => before,
  });
  if (error) {
    return <Fault what="The details could not be read" cause={error} onRetry={() => refetch()} />;
  }
  return data ? <Facts media={data} /> : <Reading what="the details" />;
}

function Facts({ media }: { media: Media }) {
  const id = media.dataset_id;
  const pixels = (media.width * media.height) / 1e6;
  const finest = media.clusters?.[2];
  const issues = media.issues?.filter((issue) => issue.confidence >= FULL.min) ?? [];
  return (
    <div className="flex flex-col gap-4">
      {(issues.length > 0 || media.notes.length > 0) && (
        <ul className="flex flex-col gap-2">
          {issues.map((issue) => (
            <li key={issue.kind} className="flex gap-2 text-13">
              <TriangleAlert size={15} className="mt-0.5 shrink-0 text-attention" aria-hidden />
              <div className="min-w-0 grow wrap-anywhere">
                {issueWords(issue)}
                {issue.suggested_label && <Suggested media={media} label={issue.suggested_label} />}
              </div>
            </li>
          ))}
          {media.notes.map((note) => (
            <li key={note} className="flex gap-2 text-13 text-soft">
              <TriangleAlert size={15} className="mt-0.5 shrink-0" aria-hidden />
              {noteWords(note)}
            </li>
          ))}
        </ul>
      )}
      <Said media={media} />
      <dl>
        <Fact name="File">
          <span className="flex items-start gap-1">
            <span className="min-w-0 grow">
              {media.original_uri.split('/').map((part, at) => (
                <span key={at}>
                  {at > 0 && (
                    <>
                      /<wbr />
                    </>
                  )}
                  {part}
                </span>
              ))}
            </span>
            <span className="-my-1.5">
              <CopyText text={media.original_uri} what="path" />
            </span>
          </span>
        </Fact>
        <Fact name="Size">
          {number(media.width)} × {number(media.height)} px
          {pixels >= 0.1 && ` · ${pixels.toFixed(1)} MP`}
          <br />
          {bytes(media.size_bytes)}
        </Fact>
        <Fact name="Format">
          {media.format.toUpperCase()}, {colourWords(media.colour_model)}, {media.bit_depth} bit
          {media.has_alpha && ', with transparency'}
          {media.frame_count > 1 && `, ${number(media.frame_count)} frames`}
        </Fact>
        {media.orientation !== 1 && (
          <Fact name="Turned">upright here; the file says orientation {media.orientation}</Fact>
        )}
        {media.modified_at && (
          <Fact name="Changed">
            <When time={media.modified_at} />
          </Fact>
        )}
        <Fact name="Indexed">
          <When time={parseTime(media.created_at).toISOString()} />
        </Fact>
        {media.uniqueness != null && (
          <Fact name="Uniqueness">
            {media.uniqueness.toFixed(2)}, {unusual(media.uniqueness)}
          </Fact>
        )}
        {finest && (
          <Fact name="Cluster">
            <Link
              to="/dataset/$id/data"
              params={{ id }}
              search={{ cluster: [finest] }}
              className="text-accent-ink hover:underline"
            >
              Pictures that look like this
            </Link>
          </Fact>
        )}
        {media.custom_metadata?.map((field) => (
          <Fact key={field.field_name} name={field.field_name}>
            <FieldValue field={field} />
          </Fact>
        ))}
        <Fact name="Id">
          <span className="flex items-center gap-1">
            <code className="min-w-0 grow truncate font-mono text-12">{media.media_id}</code>
            <span className="-my-1.5">
              <CopyText text={media.media_id} what="id" />
            </span>
          </span>
        </Fact>
      </dl>
      {media.group && <Copies media={media} group={media.group} />}
      <Similar media={media} />
    </div>
  );
}

/** What a field that people declared says: text, a number, a date, a choice or a link. */
function FieldValue({ field }: { field: NonNullable<Media['custom_metadata']>[number] }) {
  const values = (Array.isArray(field.value) ? field.value : [field.value]).map(String);
  // Only what browsers open by themselves is a link; anything else could be a script.
  const links = field.field_type === 'link' && values.every((one) => /^https?:\/\//i.test(one));
  if (!links) return <span dir="auto">{values.join(', ')}</span>;
  return values.map((one) => (
    <a
      key={one}
      href={one}
      target="_blank"
      rel="noreferrer"
      className="block text-accent-ink hover:underline"
    >
      {one}
    </a>
  ));
}

function Copies({ media, group }: { media: Media; group: NonNullable<Media['group']> }) {
  const id = media.dataset_id;
  const others = [group.keep, ...group.others].filter((one) => one !== media.media_id);
  return (
    <section>
      <h2 className="text-13 font-semibold">
        {others.length === 1 ? 'One copy' : `${others.length} copies`}
      </h2>
      <p className="mb-2 text-12 text-soft">
        {TIER_WORDS[group.tier].name}: {TIER_WORDS[group.tier].why}
        {group.keep === media.media_id ? ' This is the one to keep.' : ''}
      </p>
      <ul className="grid grid-cols-4 gap-0.5">
        {others.slice(0, 12).map((other) => (
          <li key={other}>
            <Link
              to="/dataset/$id/data/image/$mediaId"
              params={{ id, mediaId: other }}
              aria-label="Open the copy"
            >
              <img
                src={ask.thumbnail(id, other)}
                alt=""
                className="aspect-square w-full rounded-tile bg-ground object-cover"
              />
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** The nearest pictures; nothing where they cannot be told. */
function Similar({ media }: { media: Media }) {
  const { data } = useQuery(ask.similar(media.dataset_id, media.media_id, 12));
  if (!data || data.items.length === 0) return null;
  return (
    <section>
      <div className="mb-2 flex items-baseline gap-2">
        <h2 className="grow text-13 font-semibold">Most similar</h2>
        <Link
          to="/dataset/$id/data"
          params={{ id: media.dataset_id }}
          search={{ like: [`media:${media.media_id}`] }}
          className="text-12 text-accent-ink hover:underline"
        >
          Show all
        </Link>
      </div>
      <ul className="grid grid-cols-4 gap-0.5">
        {data.items.map((one) => (
          <li key={one.media_id}>
            <Link
              to="/dataset/$id/data/image/$mediaId"
              params={{ id: media.dataset_id, mediaId: one.media_id }}
              aria-label={`Open ${one.original_uri}`}
              title={`${one.original_uri}, ${alikeWords(one.distance)}`}
              className="block overflow-hidden rounded-tile"
              style={{ backgroundColor: one.measures.mean_colour }}
            >
              <img src={one.media_thumb_uri} alt="" className="aspect-square w-full object-cover" />
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}
