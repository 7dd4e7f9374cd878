import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRouter } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { send } from '../../api/client';
import { Turning } from '../../ui/bits';
import { Button } from '../../ui/button';
import { EmailField, PasswordField } from '../../ui/credentials';
import { Fault } from '../../ui/error';
import { useTitle } from '../../ui/title';
import { entered } from './enter';
import { Door } from './sign-in';

/** The first administrator, by the link that the server printed when it first started. */
export function SetUpPage() {
  useTitle('Set up');
  // Behind the `#`, so that no log and no other site ever sees it.
  const [token] = useState(() => window.location.hash.slice(1));
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const queries = useQueryClient();
  const router = useRouter();
  const make = useMutation({
    mutationFn: () => send('POST', '/setup', { token, email: email.trim(), password }),
    onSuccess: async () => {
      await entered(queries);
      router.history.replace('/');
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    make.mutate();
  };
  if (token === '') {
    return (
      <Door>
        <h1 className="text-20 font-semibold">Set up Lamina</h1>
        <p className="mt-2 text-13">
          This address is cut short. Open the whole link that the server printed when it started.
        </p>
      </Door>
    );
  }
  return (
    <Door>
      <form onSubmit={submit} className="flex flex-col gap-4">
        <h1 className="text-20 font-semibold">Set up Lamina</h1>
        <p className="text-13 text-soft">You become the first administrator.</p>
        <EmailField value={email} onChange={setEmail} />
        <PasswordField
          label="Password"
          fresh
          hint="A few words that belong together only to you are best."
          value={password}
          onChange={setPassword}
        />
        {make.error && <Fault what="The account was not made" cause={make.error} />}
        <Button type="submit" look="primary" disabled={make.isPending} className="h-9!">
          {make.isPending && <Turning />} Make the account
        </Button>
      </form>
    </Door>
  );
}
