import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { send } from '../../api/client';
import * as ask from '../../api/queries';
import { Turning } from '../../ui/bits';
import { Button } from '../../ui/button';
import { Fault } from '../../ui/error';
import { Section, Table } from '../../ui/page';
import { say } from '../../ui/toast';

const ROLES = { owner: 'Owner', editor: 'Editor', viewer: 'Viewer' };

export function Members({ id }: { id: string }) {
  const queries = useQueryClient();
  const { data, error, refetch } = useQuery(ask.members(id));
  const [email, setEmail] = useState('');
  const invite = useMutation({
    mutationFn: () => send('PUT', `/manage/${id}/invite`, { grant_to_user_email: email.trim() }),
    onSuccess: () => {
      say(`${email.trim()} can see this dataset`);
      setEmail('');
      queries.invalidateQueries({ queryKey: ask.members(id).queryKey });
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    invite.mutate();
  };
  return (
    <Section title="Members" about="Who can see this dataset besides administrators.">
      {error && (
        <Fault what="The members could not be listed" cause={error} onRetry={() => refetch()} />
      )}
      {data && data.length > 0 && (
        <Table head={['E-mail', 'Role']}>
          {data.map((member) => (
            <tr key={member.email}>
              <td>{member.email}</td>
              <td>{ROLES[member.role] ?? member.role}</td>
            </tr>
          ))}
        </Table>
      )}
      <form onSubmit={submit} className="mt-3 flex flex-wrap gap-2">
        <input
          type="email"
          required
          aria-label="E-mail of somebody with an account"
          placeholder="E-mail of somebody with an account"
          value={email}
          onChange={(event) => setEmail(event.target.value)}
          className="field min-w-[240px] grow"
        />
        <Button type="submit" disabled={email.trim() === '' || invite.isPending}>
          {invite.isPending && <Turning />} Share
        </Button>
      </form>
      {invite.error && (
        <div className="mt-3">
          <Fault what="The dataset was not shared" cause={invite.error} />
        </div>
      )}
    </Section>
  );
}
