import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { X } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { send } from '../../api/client';
import type { Member } from '../../api/people';
import * as ask from '../../api/queries';
import { Choice, Reading, Turning } from '../../ui/bits';
import { Button, IconButton } from '../../ui/button';
import { Fault } from '../../ui/error';
import { Section, Table } from '../../ui/page';
import { say, sayFault } from '../../ui/toast';

const ROLES = [
  ['viewer', 'May look'],
  ['editor', 'May change'],
  ['owner', 'Owner'],
] as const;

/** Who a dataset is shared with, and as what; owners change it. */
export function Members({ id, shares }: { id: string; shares: boolean }) {
  const queries = useQueryClient();
  const { data, error, isPending, refetch } = useQuery(ask.members(id));
  const [email, setEmail] = useState('');
  const settled = () => queries.invalidateQueries({ queryKey: ask.members(id).queryKey });
  const invite = useMutation({
    mutationFn: () => send('PUT', `/manage/${id}/invite`, { grant_to_user_email: email.trim() }),
    onSuccess: () => {
      say(`${email.trim()} can see this dataset`);
      setEmail('');
    },
    onSettled: settled,
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    invite.mutate();
  };
  return (
    <Section
      title="Members"
      about="Who can see this dataset besides administrators. Viewers of the workspace only look, whatever their role here."
    >
      {error && (
        <Fault what="The members could not be listed" cause={error} onRetry={() => refetch()} />
      )}
      {isPending && !error && <Reading what="the members" />}
      {data && data.length > 0 && (
        <Table head={['E-mail', 'Role', '']}>
          {data.map((member) => (
            <Row key={member.email} id={id} member={member} shares={shares} onSettled={settled} />
          ))}
        </Table>
      )}
      {shares && (
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
      )}
      {invite.error && (
        <div className="mt-3">
          <Fault what="The dataset was not shared" cause={invite.error} />
        </div>
      )}
    </Section>
  );
}

function Row({
  id,
  member,
  shares,
  onSettled,
}: {
  id: string;
  member: Member;
  shares: boolean;
  onSettled: () => void;
}) {
  const { email } = member;
  const give = useMutation({
    mutationFn: (role: Member['role']) => send('PUT', `/manage/${id}/share`, { email, role }),
    onSuccess: () => say(`${email} has another role`),
    onError: (cause) => sayFault('The role was not changed', cause),
    onSettled,
  });
  const remove = useMutation({
    mutationFn: () => send('DELETE', `/manage/${id}/share/${encodeURIComponent(email)}`),
    onSuccess: () =>
      say(`${email} cannot see this dataset any more`, {
        label: 'Undo',
        act: () => give.mutate(member.role),
      }),
    onError: (cause) => sayFault('The member was not removed', cause),
    onSettled,
  });
  if (!shares) {
    return (
      <tr>
        <td className="w-full min-w-[160px] wrap-anywhere">{email}</td>
        <td className="whitespace-nowrap">{ROLES.find(([role]) => role === member.role)?.[1]}</td>
        <td />
      </tr>
    );
  }
  return (
    <tr>
      <td className="w-full min-w-[160px] wrap-anywhere">{email}</td>
      <td>
        <Choice
          label={`Role of ${email}`}
          value={member.role}
          options={ROLES}
          onChange={(role) => give.mutate(role)}
        />
      </td>
      <td className="acts">
        <IconButton
          label={`Remove ${email}`}
          disabled={remove.isPending}
          onClick={() => remove.mutate()}
        >
          <X size={16} />
        </IconButton>
      </td>
    </tr>
  );
}
