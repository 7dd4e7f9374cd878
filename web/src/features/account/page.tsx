import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { LogOut } from 'lucide-react';
import { send } from '../../api/client';
import * as ask from '../../api/queries';
import { Reading, When } from '../../ui/bits';
import { Button } from '../../ui/button';
import { Code } from '../../ui/copy';
import { Fault } from '../../ui/error';
import { Page, Section, Table } from '../../ui/page';
import { useTitle } from '../../ui/title';
import { say, sayFault } from '../../ui/toast';
import { forgetResults } from '../explore/listing';
import { deviceOf } from './device';
import { Keys } from './keys';
import { Password } from './password';
import { curlSample } from './samples';

export function AccountPage() {
  useTitle('Account');
  const { data: health } = useQuery(ask.health);
  const { data: me } = useQuery({ ...ask.me, enabled: health?.authentication === 'on' });
  if (health?.authentication !== 'on') return <NoAccounts version={health?.version} />;
  return (
    <Page narrow title="Account" about={me?.email} actions={<SignOut />}>
      <Keys />
      <Sessions />
      <Password />
      <p className="border-t border-line pt-4 text-12 text-soft">Lamina {health.version}</p>
    </Page>
  );
}

function NoAccounts({ version }: { version: string | undefined }) {
  return (
    <Page narrow title="Account">
      <Section
        title="This server runs without accounts"
        about="Whoever reaches it may do everything. It listens to this machine only, unless it was told otherwise."
      >
        <p className="mb-2 text-13">Scripts need no key and no token:</p>
        <Code text={curlSample(window.location.origin)} what="command" />
        <p className="mt-4 mb-2 text-13">For several people, start it with accounts:</p>
        <Code text="lamina serve" what="command" />
      </Section>
      {version && <p className="border-t border-line pt-4 text-12 text-soft">Lamina {version}</p>}
    </Page>
  );
}

function SignOut() {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const out = useMutation({
    mutationFn: () => send('POST', '/auth/sign_out'),
    onSuccess: async () => {
      queries.clear();
      forgetResults();
      await navigate({ to: '/sign-in' });
    },
    onError: (cause) => sayFault('Not signed out', cause),
  });
  return (
    <Button disabled={out.isPending} onClick={() => out.mutate()}>
      <LogOut size={15} aria-hidden /> Sign out
    </Button>
  );
}

function Sessions() {
  const queries = useQueryClient();
  const { data, error, isPending, refetch } = useQuery(ask.sessions);
  const end = useMutation({
    mutationFn: (id: string) => send('DELETE', `/sessions/${id}`),
    onSuccess: () => say('Session ended'),
    onError: (cause) => sayFault('The session was not ended', cause),
    onSettled: () => queries.invalidateQueries({ queryKey: ask.sessions.queryKey }),
  });
  return (
    <Section title="Sessions" about="Browsers that are signed in as you.">
      {error && (
        <Fault what="The sessions could not be listed" cause={error} onRetry={() => refetch()} />
      )}
      {isPending && !error && <Reading what="the sessions" />}
      {data && (
        <Table head={['Browser', 'Address', 'Signed in', 'Last seen', '']}>
          {data.sessions.map((session) => (
            <tr key={session.id}>
              <td title={session.user_agent} className="whitespace-nowrap">
                {deviceOf(session.user_agent)}
              </td>
              <td>{session.ip_address}</td>
              <td className="whitespace-nowrap">
                <When time={session.created_at} />
              </td>
              <td className="whitespace-nowrap">
                {session.current ? 'this one' : <When time={session.last_seen_at} />}
              </td>
              <td className="acts">
                {!session.current && (
                  <Button disabled={end.isPending} onClick={() => end.mutate(session.id)}>
                    End
                  </Button>
                )}
              </td>
            </tr>
          ))}
        </Table>
      )}
    </Section>
  );
}
