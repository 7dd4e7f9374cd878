import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Navigate, useRouter, useSearch } from '@tanstack/react-router';
import { type FormEvent, type ReactNode, useState } from 'react';
import { send } from '../../api/client';
import * as ask from '../../api/queries';
import { Turning } from '../../ui/bits';
import { Button, buttonLook } from '../../ui/button';
import { EmailField, PasswordField } from '../../ui/credentials';
import { Fault } from '../../ui/error';
import { useTitle } from '../../ui/title';
import { Mark } from '../shell/mark';
import { entered } from './enter';
import { safeNext } from './next';

/** The frame of the pages for people who are not in yet. */
export function Door({ children }: { children: ReactNode }) {
  const health = useQuery(ask.health);
  if (health.data?.authentication === 'off') return <Navigate to="/" replace />;
  return (
    <main className="flex min-h-dvh flex-col items-center justify-center gap-6 p-6">
      <div className="flex items-center gap-3">
        <Mark size={36} />
        <span className="text-28 font-semibold">Lamina</span>
      </div>
      <div className="w-full max-w-[360px] rounded-card border border-line bg-raised p-6">
        {children}
      </div>
      {health.data && <p className="text-12 text-soft">Version {health.data.version}</p>}
    </main>
  );
}

export function SignInPage() {
  const { next } = useSearch({ from: '/sign-in' });
  useTitle('Sign in');
  const { data: setUp } = useQuery(ask.setUp);
  return (
    <Door>
      {setUp?.needed && (
        <p className="mb-4 rounded-control bg-accent-wash p-3 text-13">
          Nobody has an account here yet. The server printed a link when it started; it leads to the
          first one.
        </p>
      )}
      <SignIn next={safeNext(next)} />
    </Door>
  );
}

function SignIn({ next }: { next: string }) {
  const [username, setUsername] = useState('');
  const [password, setPassword] = useState('');
  const queries = useQueryClient();
  const router = useRouter();
  const { data: health } = useQuery(ask.health);
  const enter = useMutation({
    mutationFn: () => send('POST', '/auth', { username: username.trim(), password }),
    onSuccess: async () => {
      await entered(queries);
      router.history.replace(next);
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    enter.mutate();
  };
  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      <h1 className="text-20 font-semibold">Sign in</h1>
      <EmailField value={username} onChange={setUsername} />
      <PasswordField label="Password" value={password} onChange={setPassword} />
      {enter.error && <Fault what="Not signed in" cause={enter.error} />}
      <Button type="submit" look="primary" disabled={enter.isPending} className="h-9!">
        {enter.isPending && <Turning />} Sign in
      </Button>
      {health?.provider && (
        <a href="/api/v1/oidc/sign_in" className={`${buttonLook()} h-9! justify-center`}>
          Sign in with your organisation
        </a>
      )}
      <p className="text-12 text-soft">
        No account, or the password is lost? An administrator can help, or whoever has a shell on
        the server: <code className="font-mono">lamina user add</code>
      </p>
    </form>
  );
}
