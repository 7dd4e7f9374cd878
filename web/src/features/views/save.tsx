import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { send } from '../../api/client';
import { writeSearch } from '../../search';
import { Labelled, Turning } from '../../ui/bits';
import { Button } from '../../ui/button';
import { Fault } from '../../ui/error';
import { Dialog } from '../../ui/overlay';
import { say } from '../../ui/toast';
import { type Explore, filterOf } from '../explore/state';
import { chipsOf } from '../explore/words';

/** Gives the present filter a name. */
export function SaveView({
  id,
  state,
  open,
  onClose,
}: {
  id: string;
  state: Explore;
  open: boolean;
  onClose: () => void;
}) {
  const [name, setName] = useState('');
  const queries = useQueryClient();
  const save = useMutation({
    mutationFn: () => {
      // Where one stood in the grid is no part of a view.
      const { at: _, ...rest } = state;
      const address = writeSearch({ ...rest }).replace(/^\?/, '');
      return send('POST', `/dataset/${id}/views`, undefined, {
        ...filterOf(state),
        address,
        name: name.trim(),
      });
    },
    onSuccess: () => {
      queries.invalidateQueries({ queryKey: ['dataset', id, 'views'] });
      say(`Saved as "${name.trim()}"`);
      setName('');
      onClose();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate();
  };
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title="Save view"
      about={chipsOf(state)
        .map((chip) => chip.text)
        .join(' · ')}
    >
      <form onSubmit={submit} className="flex flex-col gap-4">
        <Labelled label="Name" hint="Everybody who may see the dataset sees the view.">
          <input
            value={name}
            onChange={(event) => setName(event.target.value)}
            maxLength={100}
            required
            autoComplete="off"
            className="field h-9!"
          />
        </Labelled>
        {save.error && <Fault what="The view was not saved" cause={save.error} />}
        <Button
          type="submit"
          look="primary"
          disabled={name.trim() === '' || save.isPending}
          className="self-end"
        >
          {save.isPending && <Turning />} Save
        </Button>
      </form>
    </Dialog>
  );
}
