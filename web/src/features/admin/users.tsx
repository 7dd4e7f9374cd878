import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Ellipsis, UserPlus, Users } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { send } from '../../api/client';
import type { User } from '../../api/people';
import * as ask from '../../api/queries';
import { Choice, Empty, Labelled, Reading, Turning, When } from '../../ui/bits';
import { Button, IconButton } from '../../ui/button';
import { PasswordField } from '../../ui/credentials';
import { Fault } from '../../ui/error';
import { Dialog, Menu, MenuItem } from '../../ui/overlay';
import { Page, Table } from '../../ui/page';
import { useTitle } from '../../ui/title';
import { say, sayFault } from '../../ui/toast';
import { AdminTabs } from './tabs';

const BASE = '/keycloak/admin/users';
const ROLES = [
  ['viewer', 'Viewer'],
  ['editor', 'Editor'],
  ['admin', 'Administrator'],
] as const;

export function UsersPage() {
  useTitle('Users');
  const [search, setSearch] = useState('');
  const [making, setMaking] = useState(false);
  const { data, error, isPending, refetch } = useQuery({
    ...ask.users(search),
    placeholderData: (before) => before,
  });
  return (
    <Page
      title="Users"
      actions={
        <>
          <AdminTabs />
          <input
            data-search
            type="search"
            aria-label="Search users"
            placeholder="Search users"
            value={search}
            onChange={(event) => setSearch(event.target.value)}
            className="field"
          />
          <Button look="primary" onClick={() => setMaking(true)}>
            <UserPlus size={15} aria-hidden /> New user
          </Button>
        </>
      }
    >
      {error && (
        <Fault what="The users could not be listed" cause={error} onRetry={() => refetch()} />
      )}
      {isPending && !error && <Reading what="the users" />}
      {data?.users.length === 0 && (
        <Empty icon={<Users size={40} strokeWidth={1.5} />} title="No such user">
          <p>No account has that in its name or e-mail.</p>
        </Empty>
      )}
      {data && data.users.length > 0 && (
        <Table head={['Account', 'Name', 'Role', 'Made', 'Last seen', 'State', '']}>
          {data.users.map((user) => (
            <Row key={user.id} user={user} />
          ))}
        </Table>
      )}
      <MakeUser open={making} onClose={() => setMaking(false)} />
    </Page>
  );
}

function Row({ user }: { user: User }) {
  const queries = useQueryClient();
  const [dialog, setDialog] = useState<'password' | 'delete' | null>(null);
  const settled = () => queries.invalidateQueries({ queryKey: ['users'] });
  const enable = useMutation({
    mutationFn: (enabled: boolean) => send('PATCH', `${BASE}/${user.id}`, { enabled }),
    onSuccess: (_, enabled) =>
      say(`${user.username} is ${enabled ? 'enabled' : 'disabled'}`, {
        label: 'Undo',
        act: () => enable.mutate(!enabled),
      }),
    onError: (cause) => sayFault('The user was not changed', cause),
    onSettled: settled,
  });
  const logout = useMutation({
    mutationFn: () => send('POST', `${BASE}/${user.id}/logout`),
    onSuccess: () => say(`${user.username} is signed out everywhere`),
    onError: (cause) => sayFault('The user was not signed out', cause),
  });
  const role = useMutation({
    mutationFn: (name: string) => send('PUT', `/workspace/members/${user.id}/role`, { role: name }),
    onSuccess: () => say('Role changed'),
    onError: (cause) => sayFault('The role was not changed', cause),
    onSettled: settled,
  });
  const now = ROLES.find(([name]) => user.roles.includes(name))?.[0] ?? 'viewer';
  return (
    <tr className={user.enabled ? '' : 'text-soft'}>
      <td className="font-semibold wrap-anywhere">{user.username}</td>
      <td>{[user.firstName, user.lastName].filter(Boolean).join(' ')}</td>
      <td>
        <Choice
          label={`Role of ${user.username}`}
          value={now}
          options={ROLES}
          onChange={(name) => role.mutate(name)}
        />
      </td>
      <td className="whitespace-nowrap">
        <When time={user.createdTimestamp} />
      </td>
      <td className="whitespace-nowrap">
        <When time={user.lastAccess} />
      </td>
      <td>{user.enabled ? 'Active' : 'Disabled'}</td>
      <td className="acts">
        <Menu
          button={
            <IconButton label={`More about ${user.username}`}>
              <Ellipsis size={16} />
            </IconButton>
          }
        >
          <MenuItem onClick={() => setDialog('password')}>New password…</MenuItem>
          <MenuItem onClick={() => logout.mutate()}>Sign out everywhere</MenuItem>
          <MenuItem onClick={() => enable.mutate(!user.enabled)}>
            {user.enabled ? 'Disable' : 'Enable'}
          </MenuItem>
          <MenuItem danger onClick={() => setDialog('delete')}>
            Delete…
          </MenuItem>
        </Menu>
        <ResetPassword user={user} open={dialog === 'password'} onClose={() => setDialog(null)} />
        <DeleteUser user={user} open={dialog === 'delete'} onClose={() => setDialog(null)} />
      </td>
    </tr>
  );
}

function ResetPassword({
  user,
  open,
  onClose,
}: {
  user: User;
  open: boolean;
  onClose: () => void;
}) {
  const [password, setPassword] = useState('');
  const reset = useMutation({
    mutationFn: () => send('POST', `${BASE}/${user.id}/reset-password`, { password }),
    onSuccess: () => {
      setPassword('');
      onClose();
      say(`${user.username} has a new password and is signed out everywhere`);
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    reset.mutate();
  };
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title={`New password for ${user.username}`}
      about="All browsers of this user are signed out."
    >
      <form onSubmit={submit} className="flex flex-col gap-4 text-left">
        <PasswordField label="New password" fresh value={password} onChange={setPassword} />
        {reset.error && <Fault what="The password was not changed" cause={reset.error} />}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" disabled={password === '' || reset.isPending}>
            {reset.isPending && <Turning />} Change
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function DeleteUser({ user, open, onClose }: { user: User; open: boolean; onClose: () => void }) {
  const queries = useQueryClient();
  const remove = useMutation({
    mutationFn: () => send('DELETE', `${BASE}/${user.id}`),
    onSuccess: () => {
      onClose();
      say(`${user.username} is deleted`);
      queries.invalidateQueries({ queryKey: ['users'] });
    },
  });
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title={`Delete ${user.username}?`}
      about="The account, its keys and its sessions go for good. Its datasets become yours."
    >
      <div className="flex flex-col gap-4 text-left">
        {remove.error && <Fault what="The user was not deleted" cause={remove.error} />}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Keep</Button>
          <Button look="danger" disabled={remove.isPending} onClick={() => remove.mutate()}>
            {remove.isPending && <Turning />} Delete
          </Button>
        </div>
      </div>
    </Dialog>
  );
}

function MakeUser({ open, onClose }: { open: boolean; onClose: () => void }) {
  const queries = useQueryClient();
  const [fields, setFields] = useState({ username: '', firstName: '', lastName: '', password: '' });
  const [role, setRole] = useState<(typeof ROLES)[number][0]>('viewer');
  const make = useMutation({
    mutationFn: () => send('POST', BASE, { ...fields, enabled: true, workspace_role: role }),
    onSuccess: () => {
      say(`${fields.username} has an account`);
      setFields({ username: '', firstName: '', lastName: '', password: '' });
      onClose();
      queries.invalidateQueries({ queryKey: ['users'] });
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    make.mutate();
  };
  const field = (name: keyof typeof fields, label: string, type = 'text') => (
    <Labelled label={label}>
      <input
        type={type}
        required={name === 'username'}
        autoComplete="off"
        value={fields[name]}
        onChange={(event) => setFields({ ...fields, [name]: event.target.value })}
        className="field h-9!"
      />
    </Labelled>
  );
  return (
    <Dialog open={open} onClose={onClose} title="New user">
      <form onSubmit={submit} className="flex flex-col gap-4">
        {field('username', 'E-mail', 'email')}
        <div className="grid gap-4 sm:grid-cols-2">
          {field('firstName', 'First name')}
          {field('lastName', 'Last name')}
        </div>
        <PasswordField
          label="First password"
          fresh
          value={fields.password}
          onChange={(password) => setFields({ ...fields, password })}
        />
        <Labelled label="Role">
          <Choice label="Role" value={role} options={ROLES} onChange={setRole} />
        </Labelled>
        {make.error && <Fault what="The user was not made" cause={make.error} />}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" disabled={make.isPending}>
            {make.isPending && <Turning />} Make the account
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
