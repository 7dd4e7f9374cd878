/** Every page and the shape of its address. */
import {
  createRootRoute,
  createRoute,
  createRouter,
  Link,
  lazyRouteComponent,
  Outlet,
} from '@tanstack/react-router';
import { SignInPage } from './features/account/sign-in';
import { readDuplicates } from './features/duplicates/state';
import { ExplorePage } from './features/explore/page';
import { readExplore } from './features/explore/state';
import { DatasetsPage } from './features/inventory/page';
import { readInventory } from './features/inventory/state';
import { readMap } from './features/map/state';
import { RejectedPage } from './features/rejected/page';
import { DatasetFrame } from './features/shell/dataset-frame';
import { Frame, Gate } from './features/shell/frame';
import { Mark } from './features/shell/mark';
import { PicturePage } from './features/viewer/page';
import { readSearch, writeSearch } from './search';
import { Empty } from './ui/bits';
import { buttonLook } from './ui/button';
import { Fault } from './ui/error';

type Raw = Record<string, unknown>;

const word = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

const root = createRootRoute({
  component: Outlet,
  notFoundComponent: () => (
    <main className="p-6">
      <Empty icon={<Mark size={40} />} alone title="There is no such page">
        <Link to="/" className={buttonLook()}>
          All datasets
        </Link>
      </Empty>
    </main>
  ),
  errorComponent: ({ error }) => (
    <main className="flex h-dvh items-center justify-center p-6">
      <Fault
        what="This page broke"
        cause={error}
        onRetry={() => {
          window.location.reload();
        }}
      />
    </main>
  ),
});

const frame = createRoute({ getParentRoute: () => root, id: 'frame', component: Frame });

const dataset = createRoute({
  getParentRoute: () => frame,
  path: '/dataset/$id',
  component: DatasetFrame,
});

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  component: SignInPage,
  validateSearch: (raw: Raw): { next?: string | undefined } => ({ next: word(raw.next) }),
});

const setUp = createRoute({
  getParentRoute: () => root,
  path: '/set-up',
  component: lazyRouteComponent(() => import('./features/account/set-up'), 'SetUpPage'),
});

const picture = createRoute({
  getParentRoute: () => root,
  path: '/dataset/$id/data/image/$mediaId',
  component: () => (
    <Gate>
      <PicturePage />
    </Gate>
  ),
  validateSearch: readExplore,
});

const datasets = createRoute({
  getParentRoute: () => frame,
  path: '/',
  component: DatasetsPage,
  validateSearch: readInventory,
});

const fresh = createRoute({
  getParentRoute: () => frame,
  path: '/new',
  component: lazyRouteComponent(() => import('./features/create/page'), 'NewDatasetPage'),
  validateSearch: (raw: Raw): { path?: string | undefined } => ({ path: word(raw.path) }),
});

const tasks = createRoute({
  getParentRoute: () => frame,
  path: '/tasks',
  component: lazyRouteComponent(() => import('./features/tasks/page'), 'TasksPage'),
  validateSearch: (raw: Raw): { dataset?: string | undefined; status?: string | undefined } => ({
    dataset: word(raw.dataset),
    status: word(raw.status),
  }),
});

const account = createRoute({
  getParentRoute: () => frame,
  path: '/account',
  component: lazyRouteComponent(() => import('./features/account/page'), 'AccountPage'),
});

const users = createRoute({
  getParentRoute: () => frame,
  path: '/admin/users',
  component: lazyRouteComponent(() => import('./features/admin/users'), 'UsersPage'),
});

const audit = createRoute({
  getParentRoute: () => frame,
  path: '/admin/audit',
  component: lazyRouteComponent(() => import('./features/admin/audit'), 'AuditPage'),
  validateSearch: (raw: Raw): { action?: string | undefined } => ({ action: word(raw.action) }),
});

const explore = createRoute({
  getParentRoute: () => dataset,
  path: '/data',
  component: ExplorePage,
  validateSearch: readExplore,
});

const duplicates = createRoute({
  getParentRoute: () => dataset,
  path: '/duplicates',
  component: lazyRouteComponent(() => import('./features/duplicates/page'), 'DuplicatesPage'),
  validateSearch: readDuplicates,
});

const map = createRoute({
  getParentRoute: () => dataset,
  path: '/map',
  component: lazyRouteComponent(() => import('./features/map/page'), 'MapPage'),
  validateSearch: readMap,
});

const views = createRoute({
  getParentRoute: () => dataset,
  path: '/views',
  component: lazyRouteComponent(() => import('./features/views/page'), 'ViewsPage'),
});

const exports_ = createRoute({
  getParentRoute: () => dataset,
  path: '/exports',
  component: lazyRouteComponent(() => import('./features/exports/page'), 'ExportsPage'),
  validateSearch: (raw: Raw): { page?: number | undefined } => {
    const page = Math.floor(Number(raw.page));
    return { page: page > 1 ? page : undefined };
  },
});

const rejected = createRoute({
  getParentRoute: () => dataset,
  path: '/rejected',
  component: RejectedPage,
  validateSearch: (raw: Raw): { reason?: string | undefined } => ({ reason: word(raw.reason) }),
});

const settings = createRoute({
  getParentRoute: () => dataset,
  path: '/settings',
  component: lazyRouteComponent(() => import('./features/settings/page'), 'SettingsPage'),
});

const tree = root.addChildren([
  signIn,
  setUp,
  picture,
  frame.addChildren([
    datasets,
    fresh,
    tasks,
    account,
    users,
    audit,
    dataset.addChildren([explore, duplicates, map, views, exports_, rejected, settings]),
  ]),
]);

export const router = createRouter({
  routeTree: tree,
  parseSearch: readSearch,
  stringifySearch: writeSearch,
  defaultStructuralSharing: true,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
