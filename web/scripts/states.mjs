// What the server may answer, made up between it and the page: nothing yet, a fault, or nothing
// at all. Full answers are the server's own.

/** What lets a page begin: who looks, and which dataset it is. */
const FIRST = /\/api\/v1\/(healthcheck|me|setup|events|dataset\/[0-9a-f-]{36})(\?.*)?$/;

const EMPTY = {
  datasets: [],
  tasks: { tasks: [], total: 0, page_number: 1, page_size: 50 },
  'api_credentials/keys': { keys: [] },
  sessions: { sessions: [] },
  'keycloak/admin/users': { users: [], total: 0 },
  'admin/audit': { items: [], next_cursor: null },
};

const FAULT = {
  detail: 'the database does not answer: the disk of /var/lib/lamina is full; free some space',
  code: 'unavailable',
  request_id: '0198c0de-0000-7000-8000-000000000000',
};

const HOW = {
  full: null,
  // Never answered: the page shows what it shows while it waits.
  loading: () => {},
  error: (route) =>
    route.fulfill({
      status: 503,
      contentType: 'application/json',
      body: JSON.stringify(FAULT),
    }),
  empty: (route) => {
    const path = new URL(route.request().url()).pathname.replace('/api/v1/', '');
    const body = EMPTY[path];
    return body ? route.fulfill({ json: body }) : route.fallback();
  },
};

export const STATES = Object.keys(HOW);

/** Lets a page see the server in that state. */
export async function putIn(page, state) {
  await page.unrouteAll({ behavior: 'ignoreErrors' });
  const how = HOW[state];
  if (!how) return;
  await page.route(
    (address) => address.pathname.startsWith('/api/v1/') && !FIRST.test(address.href),
    how,
  );
}
