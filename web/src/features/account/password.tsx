import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { send } from '../../api/client';
import { Turning } from '../../ui/bits';
import { Button } from '../../ui/button';
import { PasswordField } from '../../ui/credentials';
import { Fault } from '../../ui/error';
import { Section } from '../../ui/page';
import { say } from '../../ui/toast';

/** Changes one's own password. */
export function Password() {
  const queries = useQueryClient();
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState('');
  const change = useMutation({
    mutationFn: () => send('POST', '/me/password', { current, new: next }),
    onSuccess: () => {
      setCurrent('');
      setNext('');
      say('Password changed; other browsers are signed out');
      queries.invalidateQueries();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    change.mutate();
  };
  return (
    <Section title="Password">
      <form onSubmit={submit} className="flex max-w-[360px] flex-col gap-4">
        <PasswordField label="Password now" value={current} onChange={setCurrent} />
        <PasswordField label="New password" fresh value={next} onChange={setNext} />
        {change.error && <Fault what="The password was not changed" cause={change.error} />}
        <div>
          <Button type="submit" disabled={current === '' || next === '' || change.isPending}>
            {change.isPending && <Turning />} Change
          </Button>
        </div>
      </form>
    </Section>
  );
}
