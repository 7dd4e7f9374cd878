import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Plus, Tag as TagIcon } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { type Query, send } from '../../api/client';
import * as ask from '../../api/queries';
import type { Tag } from '../../api/types';
import { plural } from '../../format';
import { Labelled, Turning } from '../../ui/bits';
import { Button } from '../../ui/button';
import { Fault } from '../../ui/error';
import { Dialog, Menu, MenuItem } from '../../ui/overlay';
import { sayFault } from '../../ui/toast';
import { type MarkWish, mark } from './marks';

/** Which pictures are meant: those named, or all of the filter. */
export type Meant = () => Promise<Omit<MarkWish, 'add_tags' | 'remove_tags'>>;

/** Puts tags on what is selected and takes them off. */
export function TagMenu({
  id,
  chosen,
  filter,
  meant,
}: {
  id: string;
  chosen: number;
  filter: Query;
  meant: Meant;
}) {
  const { data } = useQuery({ ...ask.tags(id), retry: false });
  const queries = useQueryClient();
  const [asking, setAsking] = useState<'add' | 'remove' | null>(null);
  const act = async (tag: Tag, verb: 'add' | 'remove') => {
    try {
      const which = await meant();
      const ops = verb === 'add' ? { add_tags: [tag.id] } : { remove_tags: [tag.id] };
      const pictures = plural(chosen, 'picture');
      const said =
        verb === 'add' ? `${pictures} tagged "${tag.name}"` : `"${tag.name}" taken off ${pictures}`;
      await mark(queries, id, { ...which, ...ops }, filter, said);
    } catch (cause) {
      sayFault('The tags were not changed', cause);
    }
  };
  if (!data) return null;
  return (
    <>
      <Menu
        button={
          <button
            type="button"
            data-tag-menu
            className="control h-7 border border-line bg-raised px-2.5 hover:bg-hover"
          >
            <TagIcon size={15} aria-hidden /> <span className="max-sm:sr-only">Tag</span>
          </button>
        }
      >
        {data.tags.slice(0, 12).map((tag) => (
          <MenuItem key={tag.id} onClick={() => act(tag, 'add')}>
            <span dir="auto" className="min-w-0 grow truncate text-left">
              {tag.name}
            </span>
          </MenuItem>
        ))}
        <MenuItem onClick={() => setAsking('add')}>
          <Plus size={15} aria-hidden /> {data.tags.length > 12 ? 'Other or new tag…' : 'New tag…'}
        </MenuItem>
        {data.tags.length > 0 && (
          <MenuItem onClick={() => setAsking('remove')}>Take a tag off…</MenuItem>
        )}
      </Menu>
      <NameTag
        id={id}
        verb={asking}
        tags={data.tags}
        onClose={() => setAsking(null)}
        onTag={(tag) => asking && act(tag, asking)}
      />
    </>
  );
}

/** Names a tag that is there, or makes one. */
function NameTag({
  id,
  verb,
  tags,
  onClose,
  onTag,
}: {
  id: string;
  verb: 'add' | 'remove' | null;
  tags: readonly Tag[];
  onClose: () => void;
  onTag: (tag: Tag) => void;
}) {
  const [name, setName] = useState('');
  const [waits, setWaits] = useState(false);
  const [fault, setFault] = useState<unknown>(null);
  const wanted = name.trim().toLowerCase();
  const known = tags.find((tag) => tag.name.toLowerCase() === wanted);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setWaits(true);
    setFault(null);
    try {
      const tag = known ?? (await send<Tag>('POST', `/dataset/${id}/tags`, { name: name.trim() }));
      onTag(tag);
      setName('');
      onClose();
    } catch (cause) {
      setFault(cause);
    } finally {
      setWaits(false);
    }
  };
  return (
    <Dialog
      open={verb !== null}
      onClose={onClose}
      title={verb === 'remove' ? 'Take a tag off' : 'Tag'}
    >
      <form onSubmit={submit} className="flex flex-col gap-4">
        <Labelled label="Tag" hint={verb === 'add' && wanted && !known ? 'It is made.' : undefined}>
          <input
            value={name}
            onChange={(event) => setName(event.target.value)}
            maxLength={200}
            required
            autoComplete="off"
            list="tags-there-are"
            className="field h-9!"
          />
        </Labelled>
        <datalist id="tags-there-are">
          {tags.map((tag) => (
            <option key={tag.id} value={tag.name} />
          ))}
        </datalist>
        {fault !== null && <Fault what="The tag was not made" cause={fault} />}
        <Button
          type="submit"
          look="primary"
          disabled={wanted === '' || waits || (verb === 'remove' && !known)}
          className="self-end"
        >
          {waits && <Turning />} {verb === 'remove' ? 'Take off' : 'Tag'}
        </Button>
      </form>
    </Dialog>
  );
}
