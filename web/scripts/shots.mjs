// Pictures of every page, light and dark, wide and narrow, into the folder given.
//
//   node scripts/shots.mjs shots [http://127.0.0.1:9999] [page …]
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { open } from './browser.mjs';

const [folder = 'shots', base = 'http://127.0.0.1:9999', ...only] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });

const listed = await (await fetch(`${base}/api/v1/datasets`)).json();
const id = (listed.find((one) => one.status_new === 'READY') ?? listed[0]).id;
const first = await (await fetch(`${base}/api/v1/dataset/${id}/grid?limit=1&offset=40`)).json();
const mediaId = first.id?.[0];

const PAGES = {
  datasets: '/',
  new: '/new?path=/data/harbour',
  tasks: '/tasks',
  account: '/account',
  grid: `/dataset/${id}/data`,
  fitted: `/dataset/${id}/data?layout=fitted&size=200`,
  filtered: `/dataset/${id}/data?issue=blur:0.7-1&duplicates=none`,
  clusters: `/dataset/${id}/data?view=clusters`,
  picture: `/dataset/${id}/data/image/${mediaId}?at=40`,
  duplicates: `/dataset/${id}/duplicates`,
  rejected: `/dataset/${id}/rejected`,
  settings: `/dataset/${id}/settings`,
  empty: `/dataset/${id}/data?q=nothing-has-this-name`,
  missing: '/dataset/00000000-0000-0000-0000-000000000000/data',
};

for (const [look, setting] of Object.entries({
  light: {},
  dark: { dark: true },
  phone: { width: 390, height: 844, touch: true },
  'phone-dark': { width: 390, height: 844, touch: true, dark: true },
})) {
  const browser = await open(setting);
  const page = browser.pages()[0] ?? (await browser.newPage());
  page.on('pageerror', (cause) => console.log(`${look}: ${cause}`));
  page.on('console', (line) => line.type() === 'error' && console.log(`${look}: ${line.text()}`));
  for (const [name, address] of Object.entries(PAGES)) {
    if (only.length > 0 && !only.includes(name) && !only.includes(`${name}-${look}`)) continue;
    await page.goto(base + address);
    await page.waitForLoadState('networkidle');
    await page.screenshot({ path: join(folder, `${name}-${look}.png`) });
  }
  await browser.close();
}
