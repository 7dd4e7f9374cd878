// Pictures of every page into the folder given: light and dark, wide, middling and narrow, with
// all that the server says, while it says nothing yet, when it fails, and with nothing in it.
//
//   node scripts/shots.mjs shots [http://127.0.0.1:9999] [page …]
//
// STATES and LOOKS choose some of them: STATES=full,error LOOKS=light-1440,dark-390.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { open } from './browser.mjs';
import { pagesOf } from './pages.mjs';
import { putIn, STATES } from './states.mjs';

const [folder = 'shots', base = 'http://127.0.0.1:9999', ...only] = process.argv.slice(2);
const listed = (name, usual) => process.env[name]?.split(',') ?? usual;
mkdirSync(folder, { recursive: true });

const LOOKS = {};
for (const [width, height] of [
  [1440, 900],
  [900, 700],
  [390, 844],
]) {
  for (const theme of ['light', 'dark']) {
    LOOKS[`${theme}-${width}`] = { width, height, touch: width < 480, dark: theme === 'dark' };
  }
}

/** Nothing turns any more, and every picture on the screen is there. */
const settled = () =>
  document.querySelector('main') !== null &&
  document.querySelector('main .animate-turn') === null &&
  (document.querySelector('header h1')?.textContent ?? 'none').trim() !== '' &&
  [...document.querySelectorAll('img')].every(
    (one) => one.complete || one.getBoundingClientRect().top > window.innerHeight,
  );

/** What is wider than the window, by its text: nothing may be, save what scrolls by itself. */
const tooWide = () => {
  const scrolls = (element) => {
    for (let one = element.parentElement; one; one = one.parentElement) {
      if (/auto|scroll|hidden|clip/.test(getComputedStyle(one).overflowX)) return true;
    }
    return false;
  };
  return [...document.querySelectorAll('#root *')]
    .filter((one) => one.getBoundingClientRect().right > window.innerWidth + 1 && !scrolls(one))
    .map((one) => one.textContent.slice(0, 60));
};

for (const look of listed('LOOKS', Object.keys(LOOKS))) {
  const browser = await open(LOOKS[look]);
  const page = browser.pages()[0] ?? (await browser.newPage());
  const pages = await pagesOf(browser, base);
  let state = '';
  page.on('pageerror', (cause) => console.log(`${look}: ${cause}`));
  page.on('console', (line) => {
    if (line.type() === 'error' && state !== 'error') console.log(`${look}: ${line.text()}`);
  });
  for (state of listed('STATES', STATES)) {
    for (const [name, address] of Object.entries(pages)) {
      if (only.length > 0 && !only.includes(name)) continue;
      await putIn(page, state);
      await page.goto(base + address);
      if (state === 'loading') {
        await page.waitForTimeout(900);
      } else {
        const waits = state === 'error' ? 6_000 : 20_000;
        await page.waitForFunction(settled, null, { timeout: waits }).catch(() => {
          console.log(`${name}, ${look}, ${state}: not everything came`);
        });
        await page.waitForTimeout(state === 'error' ? 1500 : 400);
      }
      for (const text of await page.evaluate(tooWide)) {
        console.log(`${name}, ${look}, ${state}: wider than the window: ${text}`);
      }
      await page.screenshot({ path: join(folder, `${name}-${state}-${look}.png`) });
    }
  }
  await browser.close();
}
