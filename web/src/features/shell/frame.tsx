import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Navigate, Outlet, useLocation } from '@tanstack/react-router';
import { type ReactNode, useEffect, useState } from 'react';
import { listen } from '../../api/live';
import * as ask from '../../api/queries';
import { Fault } from '../../ui/error';
import { Page } from '../../ui/page';
import { Password } from '../account/password';
import { Keys } from './keys';
import { Rail } from './rail';

/** Leads to the sign-in page, which leads back here. */
function ToSignIn() {
  const { href } = useLocation();
  // The place at first sight: while leaving, the location is the sign-in page already.
  const [next] = useState(href === '/' ? undefined : href);
  return <Navigate to="/sign-in" search={{ next }} replace />;
}

/** Lets through who may come in: anybody without accounts, else who is signed in. */
export function Gate({ children }: { children: ReactNode }) {
  const health = useQuery(ask.health);
  const on = health.data?.authentication === 'on';
  const me = useQuery({ ...ask.me, enabled: on });
  if (health.error) {
    return (
      <main className="flex h-dvh items-center justify-center p-6">
        <Fault
          what="The server does not answer"
          cause={health.error}
          onRetry={() => health.refetch()}
        />
      </main>
    );
  }
  if (health.isPending || (on && me.isPending)) return null;
  if (on && !me.data) return <ToSignIn />;
  if (me.data?.must_change_password) {
    return (
      <Page narrow title="Choose your own password" about="The one you have was given to you.">
        <Password />
      </Page>
    );
  }
  return (
    <>
      <Keys />
      {children}
    </>
  );
}

/** Hears what happens in the background, for whoever was let in. */
function Listener() {
  const queries = useQueryClient();
  useEffect(() => listen(queries), [queries]);
  return null;
}

/** The rail beside, or on a phone under, whatever page is open. */
export function Frame() {
  return (
    <Gate>
      <Listener />
      <div className="flex h-dvh flex-col-reverse overflow-hidden sm:flex-row">
        <Rail />
        <div className="min-h-0 min-w-0 grow">
          <Outlet />
        </div>
      </div>
    </Gate>
  );
}
