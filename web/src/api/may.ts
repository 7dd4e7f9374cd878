/** What whoever looks may do: the one place that decides which buttons there are. */
import { useQuery } from '@tanstack/react-query';
import type { Me } from './people';
import * as ask from './queries';
import type { Role } from './types';

/** What can be done with a dataset, and the least role that it takes. */
const TAKES = {
  /** Put tags and labels on pictures and take them off. */
  mark: 'editor',
  /** Decide which copies stay, and apply a plan. */
  resolve: 'editor',
  /** Look at the source again, add files, annotations. */
  index: 'editor',
  /** Give filters names, and take the names away. */
  save: 'editor',
  /** Change name and description. */
  rename: 'editor',
  /** Delete archives and stop tasks. */
  stop: 'editor',
  share: 'owner',
  delete: 'owner',
} as const satisfies Record<string, Role>;
export type Deed = keyof typeof TAKES;

const RANK: readonly Role[] = ['viewer', 'editor', 'owner'];

/** Whether a role allows it; an unknown role allows nothing. */
export const may = (role: Role | undefined, deed: Deed): boolean =>
  role !== undefined && RANK.indexOf(role) >= RANK.indexOf(TAKES[deed]);

/** Whether somebody may make datasets: all but viewers of the workspace; all without accounts. */
export const mayCreate = (accounts: boolean, me: Pick<Me, 'role'> | null | undefined): boolean =>
  !accounts || (me ? me.role !== 'viewer' : false);

/** What may be done with a dataset; nothing until that is known. */
export function useMay(id: string): (deed: Deed) => boolean {
  const { data } = useQuery(ask.dataset(id));
  return (deed) => may(data?.your_role, deed);
}

export function useMayCreate(): boolean {
  const { data: health } = useQuery(ask.health);
  const accounts = health?.authentication === 'on';
  const { data: me } = useQuery({ ...ask.me, enabled: accounts });
  return health !== undefined && mayCreate(accounts, me);
}
