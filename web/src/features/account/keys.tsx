import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Ellipsis, KeyRound, Plus } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { send } from '../../api/client';
import type { ApiKey, NewKey } from '../../api/people';
import * as ask from '../../api/queries';
import { Choice, Labelled, Reading, Segments, Turning, When } from '../../ui/bits';
import { Button, IconButton } from '../../ui/button';
import { Code } from '../../ui/copy';
import { Fault } from '../../ui/error';
import { Dialog, Menu, MenuItem } from '../../ui/overlay';
import { Section, Table } from '../../ui/page';
import { say, sayFault } from '../../ui/toast';
import { pythonSample, shellSample } from './samples';

const SCOPES = [
  ['read', 'Read only'],
  ['write', 'Read and change'],
  ['admin', 'Everything I may do'],
] as const;

const STATES: Record<ApiKey['state'], string> = {
  active: 'Active',
  disabled: 'Disabled',
  revoked: 'Revoked',
  expired: 'Expired',
};

export function Keys() {
  const { data, error, isPending, refetch } = useQuery(ask.keys);
  const [making, setMaking] = useState(false);
  const [shown, setShown] = useState<NewKey | null>(null);
  return (
    <Section
      title="API keys"
      about="A script signs its own short-lived tokens with a key. One key a script, so that one can go without the others."
      actions={
        <Button onClick={() => setMaking(true)}>
          <Plus size={15} aria-hidden /> New key
        </Button>
      }
    >
      {error && (
        <Fault what="The keys could not be listed" cause={error} onRetry={() => refetch()} />
      )}
      {isPending && !error && <Reading what="the keys" />}
      {data?.keys.length === 0 && (
        <p className="text-13 text-soft">
          No keys. A program that calls the API needs one; the browser does not.
        </p>
      )}
      {data && data.keys.length > 0 && (
        <Table head={['Name', 'Key', 'May', 'Made', 'Last used', 'State', '']}>
          {data.keys.map((key) => (
            <KeyRow key={key.api_key} one={key} onShow={setShown} />
          ))}
        </Table>
      )}
      <MakeKey
        open={making}
        onClose={() => setMaking(false)}
        onMade={(made) => {
          setMaking(false);
          setShown(made);
        }}
      />
      <ShowKey made={shown} onClose={() => setShown(null)} />
    </Section>
  );
}

function KeyRow({ one, onShow }: { one: ApiKey; onShow: (made: NewKey) => void }) {
  const queries = useQueryClient();
  const path = `/api_credentials/${one.api_key}`;
  const settled = () => queries.invalidateQueries({ queryKey: ask.keys.queryKey });
  const change = useMutation({
    mutationFn: (state: 'active' | 'disabled') => send('PATCH', path, { state }),
    onSuccess: (_, state) =>
      say(`${one.name} is ${state === 'active' ? 'enabled' : 'disabled'}`, {
        label: 'Undo',
        act: () => change.mutate(state === 'active' ? 'disabled' : 'active'),
      }),
    onError: (cause) => sayFault('The key was not changed', cause),
    onSettled: settled,
  });
  const rotate = useMutation({
    mutationFn: () => send<NewKey>('POST', `${path}/rotate`),
    onSuccess: onShow,
    onError: (cause) => sayFault('The secret was not changed', cause),
    onSettled: settled,
  });
  const revoke = useMutation({
    mutationFn: () => send('DELETE', path),
    onSuccess: () => say(`${one.name} is revoked`),
    onError: (cause) => sayFault('The key was not revoked', cause),
    onSettled: settled,
  });
  const [asking, setAsking] = useState(false);
  return (
    <tr className={one.state === 'active' ? '' : 'text-soft'}>
      <td className="min-w-[110px] font-semibold wrap-anywhere">
        <bdi>{one.name || 'Unnamed'}</bdi>
      </td>
      <td>
        <code className="font-mono text-12" title={one.api_key}>
          {one.api_key.slice(0, 12)}…
        </code>
      </td>
      <td className="whitespace-nowrap">
        {SCOPES.find(([scope]) => scope === one.scope)?.[1] ?? one.scope}
      </td>
      <td className="whitespace-nowrap">
        <When time={one.created_at} />
      </td>
      <td className="whitespace-nowrap">
        <When time={one.last_used_at} />
      </td>
      <td>{STATES[one.state] ?? one.state}</td>
      <td className="acts">
        {(one.state === 'active' || one.state === 'disabled') && (
          <Menu
            button={
              <IconButton label={`More about ${one.name}`}>
                <Ellipsis size={16} />
              </IconButton>
            }
          >
            <MenuItem onClick={() => rotate.mutate()}>New secret…</MenuItem>
            <MenuItem onClick={() => change.mutate(one.state === 'active' ? 'disabled' : 'active')}>
              {one.state === 'active' ? 'Disable' : 'Enable'}
            </MenuItem>
            <MenuItem danger onClick={() => setAsking(true)}>
              Revoke…
            </MenuItem>
          </Menu>
        )}
        <Dialog
          open={asking}
          onClose={() => setAsking(false)}
          title={`Revoke ${one.name}?`}
          about="Programs that use this key stop working at once. A revoked key cannot come back; disabling can be undone."
        >
          <div className="flex justify-end gap-2">
            <Button onClick={() => setAsking(false)}>Keep it</Button>
            <Button
              look="danger"
              onClick={() => {
                setAsking(false);
                revoke.mutate();
              }}
            >
              Revoke
            </Button>
          </div>
        </Dialog>
      </td>
    </tr>
  );
}

const LIVES = [
  ['0', 'Until revoked'],
  ['30', '30 days'],
  ['90', '90 days'],
  ['365', '1 year'],
] as const;

function MakeKey({
  open,
  onClose,
  onMade,
}: {
  open: boolean;
  onClose: () => void;
  onMade: (made: NewKey) => void;
}) {
  const [name, setName] = useState('');
  const [scope, setScope] = useState<(typeof SCOPES)[number][0]>('read');
  const [life, setLife] = useState<(typeof LIVES)[number][0]>('0');
  const queries = useQueryClient();
  const make = useMutation({
    mutationFn: () =>
      send<NewKey>('POST', '/api_credentials', {
        name: name.trim(),
        scope,
        expires_at:
          life === '0' ? null : new Date(Date.now() + Number(life) * 86_400_000).toISOString(),
      }),
    onSuccess: (made) => {
      setName('');
      onMade(made);
    },
    onSettled: () => queries.invalidateQueries({ queryKey: ask.keys.queryKey }),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    make.mutate();
  };
  return (
    <Dialog open={open} onClose={onClose} title="New API key">
      <form onSubmit={submit} className="flex flex-col gap-4">
        <Labelled label="Name" hint="What will use it, such as “nightly sync”.">
          <input
            value={name}
            maxLength={100}
            required
            onChange={(event) => setName(event.target.value)}
            className="field h-9!"
          />
        </Labelled>
        <div className="flex flex-wrap gap-4">
          <Labelled label="May">
            <Choice label="May" value={scope} options={SCOPES} onChange={setScope} />
          </Labelled>
          <Labelled label="Lasts">
            <Choice label="Lasts" value={life} options={LIVES} onChange={setLife} />
          </Labelled>
        </div>
        {make.error && <Fault what="The key was not made" cause={make.error} />}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" disabled={name.trim() === '' || make.isPending}>
            {make.isPending ? <Turning /> : <KeyRound size={15} aria-hidden />} Make the key
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function ShowKey({ made, onClose }: { made: NewKey | null; onClose: () => void }) {
  const [language, setLanguage] = useState<'python' | 'shell'>('python');
  const { origin } = window.location;
  return (
    <Dialog
      open={made !== null}
      onClose={onClose}
      title="Keep this secret now"
      about="It is shown this once and stored encrypted. Whoever has it can act as you, within what the key may do."
      wide
    >
      {made && (
        <div className="flex flex-col gap-4">
          <div>
            <h3 className="mb-1 text-13 font-semibold">Key</h3>
            <Code text={made.api_key} what="key" />
          </div>
          <div>
            <h3 className="mb-1 text-13 font-semibold">Secret</h3>
            <Code text={made.api_secret} what="secret" />
          </div>
          <div className="min-w-0">
            <div className="mb-1 flex items-center justify-between">
              <h3 className="text-13 font-semibold">Try it</h3>
              <Segments
                label="Language"
                value={language}
                options={[
                  ['python', 'Python'],
                  ['shell', 'curl'],
                ]}
                onChange={setLanguage}
              />
            </div>
            <Code
              text={(language === 'python' ? pythonSample : shellSample)(
                origin,
                made.api_key,
                made.api_secret,
              )}
              what="sample"
            />
          </div>
          <div className="flex justify-end">
            <Button look="primary" onClick={onClose}>
              I have kept it
            </Button>
          </div>
        </div>
      )}
    </Dialog>
  );
}
