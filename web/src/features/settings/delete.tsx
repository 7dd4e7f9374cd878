import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { send } from '../../api/client';
import type { Dataset } from '../../api/types';
import { plural } from '../../format';
import { Labelled, Turning } from '../../ui/bits';
import { Button } from '../../ui/button';
import { Fault } from '../../ui/error';
import { Dialog } from '../../ui/overlay';
import { say } from '../../ui/toast';

/** Asks for the name, because nothing brings a deleted dataset back. */
export function DeleteDataset({
  dataset,
  open,
  onClose,
}: {
  dataset: Dataset;
  open: boolean;
  onClose: () => void;
}) {
  const [typed, setTyped] = useState('');
  const queries = useQueryClient();
  const navigate = useNavigate();
  const remove = useMutation({
    mutationFn: () => send('DELETE', `/dataset/${dataset.id}`),
    onSuccess: async () => {
      say(`${dataset.display_name} is deleted`);
      await navigate({ to: '/' });
      queries.removeQueries({ queryKey: ['dataset', dataset.id] });
      queries.invalidateQueries({ queryKey: ['datasets'] });
    },
  });
  const same = typed.trim() === dataset.display_name.trim();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (same) remove.mutate();
  };
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title={`Delete ${dataset.display_name}?`}
      about={`What Lamina knows about its ${plural(dataset.n_images, 'picture')} is gone for good. The files in ${dataset.source_uri || 'its folder'} stay as they are.`}
    >
      <form onSubmit={submit} className="flex flex-col gap-4">
        <Labelled label={`Type “${dataset.display_name}” to go on`}>
          <input
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
            autoComplete="off"
            spellCheck={false}
            className="field h-9!"
          />
        </Labelled>
        {remove.error && <Fault what="The dataset was not deleted" cause={remove.error} />}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Keep it</Button>
          <Button type="submit" look="danger" disabled={!same || remove.isPending}>
            {remove.isPending && <Turning />} Delete
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
