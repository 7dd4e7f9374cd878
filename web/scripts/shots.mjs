// Pictures of every page, light and dark, wide and narrow, into the folder given.
//
//   node scripts/shots.mjs shots [http://127.0.0.1:9999] [page …]
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { open } from './browser.mjs';
import { pagesOf } from './pages.mjs';

const [folder = 'shots', base = 'http://127.0.0.1:9999', ...only] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });

/** Nothing turns any more, and every picture on the screen is there. */
const settled = () =>
  document.querySelector('main') !== null &&
  document.querySelector('main .animate-turn') === null &&
  (document.querySelector('header h1')?.textContent ?? 'none').trim() !== '' &&
  [...document.querySelectorAll('img')].every(
    (one) => one.complete || one.getBoundingClientRect().top > window.innerHeight,
  );

for (const [look, setting] of Object.entries({
  light: {},
  dark: { dark: true },
  phone: { width: 390, height: 844, touch: true },
  'phone-dark': { width: 390, height: 844, touch: true, dark: true },
})) {
  const browser = await open(setting);
  const page = browser.pages()[0] ?? (await browser.newPage());
  const pages = await pagesOf(browser, base);
  page.on('pageerror', (cause) => console.log(`${look}: ${cause}`));
  page.on('console', (line) => line.type() === 'error' && console.log(`${look}: ${line.text()}`));
  for (const [name, address] of Object.entries(pages)) {
    if (only.length > 0 && !only.includes(name) && !only.includes(`${name}-${look}`)) continue;
    await page.goto(base + address);
    await page.waitForLoadState('networkidle');
    await page.waitForFunction(settled, null, { timeout: 20_000 }).catch(() => {
      console.log(`${name}, ${look}: not everything came`);
    });
    await page.waitForTimeout(300);
    await page.screenshot({ path: join(folder, `${name}-${look}.png`) });
  }
  await browser.close();
}
