// Walks through the app as a person would, in headless Chromium, against the mock server.
//
//   node scripts/behave.mjs        starts its own mocks on free ports, ends with 1 on a failure
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { open } from './browser.mjs';

const server = fileURLToPath(new URL('../mock/server.mjs', import.meta.url));

function mock(env) {
  const child = spawn(process.execPath, [server], { env: { ...process.env, PORT: '0', ...env } });
  return new Promise((done) => {
    child.stdout.once('data', (line) =>
      done({ base: /http:\S+?(?=,)/.exec(String(line))[0], stop: () => child.kill() }),
    );
  });
}

let failed = 0;
let passed = 0;
async function check(name, act) {
  try {
    await act();
    passed += 1;
    console.log(`ok   ${name}`);
  } catch (cause) {
    failed += 1;
    console.log(
      `FAIL ${name}\n     ${String(cause.message).split('\n').slice(0, 6).join('\n     ')}`,
    );
  }
}

const plain = await mock({});
const browser = await open();
const page = browser.pages()[0] ?? (await browser.newPage());
page.setDefaultTimeout(15_000);
page.on('pageerror', (cause) => {
  failed += 1;
  console.log(`FAIL the page threw: ${cause}`);
});

const SET = 'd0000001-0000-7000-8000-000000000000';
const data = (search = '') => `${plain.base}/dataset/${SET}/data${search}`;
const url = () => new URL(page.url());
const said = () => page.locator('[role=toolbar] span').first().textContent();
const says = (text) =>
  page.waitForFunction(
    (wanted) => document.querySelector('[role=toolbar] span')?.textContent?.includes(wanted),
    text,
  );
const grid = page.locator('[data-grid]');
const focused = () => grid.getAttribute('aria-activedescendant');
/** The first picture whose row is wholly in view. */
const firstShown = () =>
  page.evaluate(() => {
    const top = document.querySelector('[data-grid]').getBoundingClientRect().top;
    const cells = [...document.querySelectorAll('[data-index]')];
    const inside = cells.filter((cell) => cell.getBoundingClientRect().top >= top - 1);
    return Math.min(...inside.map((cell) => Number(cell.dataset.index)));
  });
const visit = async (address) => {
  await page.goto(address);
  await page.waitForSelector('[data-index] img');
};

await check('arrows move, Enter opens, Esc comes back to the same place', async () => {
  await visit(data());
  await grid.focus();
  for (const key of ['ArrowDown', 'ArrowRight', 'ArrowRight']) await page.keyboard.press(key);
  const at = Number((await focused()).replace('tile-', ''));
  assert.ok(at > 3, `moved to ${at}`);
  await page.keyboard.press('Enter');
  await page.waitForURL(`**/data/image/**at=${at}`);
  await page.getByRole('button', { name: 'Next picture' }).waitFor();
  await page.keyboard.press('ArrowRight');
  await page.waitForURL(`**/data/image/**at=${at + 1}`);
  await page.keyboard.press('Escape');
  await page.waitForSelector('[data-grid]');
  assert.equal(url().pathname, `/dataset/${SET}/data`);
});

await check('Space selects, Shift+arrow extends, a takes all, x clears', async () => {
  await visit(data());
  await grid.focus();
  await page.keyboard.press('Space');
  await says('1 of 100,000');
  await page.keyboard.press('Shift+ArrowRight');
  await page.keyboard.press('Shift+ArrowRight');
  await says('3 of 100,000');
  await page.keyboard.press('Shift+ArrowLeft');
  await says('2 of 100,000');
  await page.keyboard.press('a');
  await says('All 100,000 pictures selected');
  await page.keyboard.press('x');
  await says('100,000 pictures');
  assert.ok(!(await said()).includes('selected'));
});

await check('Shift+click selects a range, the check box one', async () => {
  await visit(data());
  await page.locator('#tile-2').hover();
  await page.locator('#tile-2 [data-check]').click();
  await page.locator('#tile-9 a').click({ modifiers: ['Shift'] });
  await says('8 of 100,000');
  await page.locator('#tile-5 a').click();
  await says('7 of 100,000');
});

await check('a selection across pages is listed as a table', async () => {
  await visit(data());
  await grid.focus();
  await page.keyboard.press('Space');
  await grid.evaluate((element) => {
    element.scrollTop = 5000;
  });
  await page.waitForSelector('#tile-230 img');
  await page.locator('#tile-230 a').click({ modifiers: ['Shift'] });
  await says('231 of 100,000');
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'List as CSV' }).click(),
  ]);
  const lines = readFileSync(await download.path(), 'utf8')
    .trim()
    .split('\n');
  assert.equal(lines.length, 232);
  assert.ok(lines[231].includes('IMG_000230'), lines[231]);
  await page.keyboard.press('x');
  await page.locator('[data-grid]').evaluate((element) => {
    element.scrollTop = 0;
  });
  await page.waitForSelector('#tile-2 img');
  for (const index of [2, 3, 4, 5, 6, 7, 8]) {
    await page.locator(`#tile-${index}`).hover();
    await page.locator(`#tile-${index} [data-check]`).click();
  }
  await says('7 of 100,000');
});

await check('? opens the keys; Esc closes them and keeps the selection', async () => {
  await page.keyboard.press('?');
  await page.locator('[data-overlay]').waitFor();
  await page.keyboard.press('Escape');
  await page.locator('[data-overlay]').waitFor({ state: 'detached' });
  await says('7 of 100,000');
  await page.keyboard.press('Escape');
  await page.waitForFunction(
    () => !document.querySelector('[role=toolbar] span')?.textContent?.includes('selected'),
  );
});

await check('scrolling far is in the address, and Back from a picture returns there', async () => {
  await visit(data());
  await grid.evaluate((element) => {
    element.scrollTop = element.scrollHeight / 2;
  });
  await page.waitForURL('**at=*');
  await page.waitForSelector('[data-index] img');
  const before = await firstShown();
  assert.ok(before > 40_000, `at ${before}`);
  await page.locator(`#tile-${before + 8} a`).click();
  await page.waitForURL('**/data/image/**');
  await page.goBack();
  await page.waitForSelector('[data-index] img');
  const after = await firstShown();
  assert.ok(Math.abs(after - before) <= 7, `${before} before, ${after} after`);
});

await check('a link shows another person the same place', async () => {
  const address = page.url();
  const before = await firstShown();
  await page.goto('about:blank');
  await visit(address);
  assert.ok(Math.abs((await firstShown()) - before) <= 7);
});

await check('the size of tiles changes around what is looked at', async () => {
  const before = await firstShown();
  await page.keyboard.press('+');
  await page.waitForURL('**size=*');
  await page.waitForTimeout(400);
  const after = await firstShown();
  assert.ok(Math.abs(after - before) <= 14, `${before} before, ${after} after`);
});

await check('a million pictures scroll to the very end, and keys go on from there', async () => {
  await visit(data().replace('d0000001', 'd0000002'));
  await grid.focus();
  await page.keyboard.press('End');
  await page.waitForSelector('#tile-999999 img');
  await page.keyboard.press('ArrowLeft');
  assert.equal(await focused(), 'tile-999998');
  await page.keyboard.press('Home');
  await page.waitForSelector('#tile-0 img');
  assert.equal(await grid.evaluate((element) => element.scrollTop), 0);
});

await check(
  'small wheel steps at a million pictures move by as much, in the middle too',
  async () => {
    await grid.evaluate((element) => {
      element.scrollTop = element.scrollHeight / 3;
    });
    await page.waitForTimeout(400);
    const top = () =>
      page.evaluate(() => {
        const cells = [...document.querySelectorAll('[data-index]')];
        const cell = cells[Math.floor(cells.length / 2)];
        return [cell.dataset.index, cell.getBoundingClientRect().top];
      });
    const [index, y] = await top();
    await grid.evaluate((element) => {
      element.scrollTop += 100;
    });
    await page.waitForTimeout(400);
    const moved = await page.evaluate(
      (wanted) => document.querySelector(`[data-index="${wanted}"]`).getBoundingClientRect().top,
      index,
    );
    assert.equal(Math.round(y - moved), 100);
  },
);

await check('a facet filters, a chip says so, Back undoes it', async () => {
  await visit(data());
  await page.getByRole('button', { name: /^Blurry/ }).click();
  await page.waitForURL('**issue=blur*');
  await page.getByRole('button', { name: 'Remove Blurry' }).waitFor();
  await page.getByRole('button', { name: /^Too dark/ }).click({ modifiers: ['Control'] });
  await page.waitForURL(/issue=blur&issue=dark/);
  await page.getByRole('button', { name: /^Outliers/ }).click({ modifiers: ['Alt'] });
  await page.waitForURL(/not_issue=outliers/);
  await page.goBack();
  await page.waitForURL((address) => !address.search.includes('not_issue'));
  await page.goBack();
  await page.goBack();
  await page.waitForURL((address) => !address.search.includes('issue'));
});

await check('a handle of the histogram cuts the score', async () => {
  await visit(data('?issue=blur'));
  const handle = page.getByRole('slider', { name: 'Blurry: from' });
  await handle.focus();
  for (let step = 0; step < 10; step += 1) await page.keyboard.press('ArrowRight');
  await page.waitForURL('**issue=blur%3A0.6-1');
});

await check('typing searches names; / leads to the field', async () => {
  await visit(data());
  await page.keyboard.press('/');
  await page.keyboard.type('00012');
  await page.waitForURL('**q=00012');
  await says('11 pictures');
});

await check('clusters open as pictures', async () => {
  await page.goto(data('?view=clusters'));
  await page
    .getByRole('link', { name: /\d pictures?$/ })
    .first()
    .click();
  await page.waitForURL('**cluster=*');
  await page.waitForSelector('[data-index] img');
});

await check('Back from a cluster returns to its place among them, also under a link', async () => {
  await page.goto(data('?view=clusters&level=0'));
  await page.locator('[data-cluster]').nth(20).scrollIntoViewIfNeeded();
  await page.waitForURL('**at=*');
  const at = url().searchParams.get('at');
  const inSight = () =>
    page.evaluate(() => {
      const { top } = document
        .querySelector('[data-cluster]')
        .closest('div')
        .getBoundingClientRect();
      const cards = [...document.querySelectorAll('[data-cluster]')];
      return String(cards.findIndex((card) => card.getBoundingClientRect().bottom > top));
    });
  await page
    .locator('[data-cluster]')
    .nth(20)
    .getByRole('link', { name: /pictures?$/ })
    .click();
  await page.waitForURL('**cluster=*');
  await page.waitForSelector('[data-index] img');
  await page.goBack();
  await page.locator('[data-cluster]').first().waitFor();
  assert.equal(await inSight(), at);
  await page.goto('about:blank');
  await page.goto(data(`?view=clusters&level=0&at=${at}`));
  await page.locator('[data-cluster]').first().waitFor();
  assert.equal(await inSight(), at);
});

await check('? and / work on every page', async () => {
  for (const path of ['/', '/tasks', `/dataset/${SET}/duplicates`, `/dataset/${SET}/settings`]) {
    await page.goto(plain.base + path);
    await page.locator('main').waitFor();
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keys' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog', { name: 'Keys' }).waitFor({ state: 'detached' });
  }
  await page.goto(plain.base);
  await page.getByLabel('Search by name').waitFor();
  await page.keyboard.press('/');
  await page.keyboard.type('roof');
  await page.waitForURL('**q=roof');
});

await check('groups of duplicates go by j and k', async () => {
  await page.goto(`${plain.base}/dataset/${SET}/duplicates`);
  await page.getByText('1 of 590').waitFor();
  await page.keyboard.press('j');
  await page.getByText('2 of 590').waitFor();
  await page.keyboard.press('k');
  await page.getByText('1 of 590').waitFor();
});

await check('a fault says what, why and which request, and can be tried again', async () => {
  await page.route('**/grid?*', (route) =>
    route.fulfill({
      status: 500,
      contentType: 'application/json',
      body: '{"detail":"something went wrong inside Lamina","code":"internal","request_id":"r-77"}',
    }),
  );
  await page.goto(data());
  await page.getByRole('alert').getByText('r-77').waitFor();
  await page.unroute('**/grid?*');
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.waitForSelector('[data-index] img');
});

await check('a new dataset is made from a folder, or the server says why not', async () => {
  await page.goto(`${plain.base}/new`);
  await page.getByLabel('Folder on the server').fill('/etc');
  await page.getByRole('button', { name: 'Start indexing' }).click();
  await page.getByRole('alert').getByText('it may read /data').waitFor();
  await page.getByLabel('Folder on the server').fill('/data/harbour-new');
  await page.getByText('12,480 pictures').waitFor();
  await page.getByRole('button', { name: 'Start indexing' }).click();
  await page.waitForURL('**/data');
  await page.getByRole('heading', { name: 'harbour-new' }).waitFor();
});

await check('a dataset goes only when its name is typed', async () => {
  await page.goto(`${plain.base}/dataset/d0000005-0000-7000-8000-000000000000/settings`);
  await page.getByRole('button', { name: 'Delete this dataset' }).click();
  const button = page
    .locator('[data-overlay]')
    .getByRole('button', { name: 'Delete', exact: true });
  assert.ok(await button.isDisabled());
  await page.locator('[data-overlay]').getByRole('textbox').fill('Roof tiles');
  await button.click();
  await page.waitForURL(`${plain.base}/`);
  await page.getByText('Roof tiles is deleted').waitFor();
});

await check('dark and light stay chosen', async () => {
  await page.goto(plain.base);
  await page.getByRole('button', { name: 'Theme' }).click();
  await page.getByRole('menuitem', { name: 'Dark' }).click();
  await page.reload();
  assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), 'dark');
});

plain.stop();
const guarded = await mock({ MOCK_AUTH: 'on' });

await check('a deep link asks to sign in first and then goes there', async () => {
  const wanted = `/dataset/${SET}/data?issue=blur`;
  await page.goto(guarded.base + wanted);
  await page.waitForURL('**/sign-in?next=*');
  await page.getByLabel('E-mail').fill('ada@example.org');
  await page.getByLabel('Password').fill('too short');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('alert').getByText('is wrong').waitFor();
  await page.getByLabel('Password').fill('correct horse battery');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL(guarded.base + wanted);
});

await check('a key is shown once, with samples that carry it', async () => {
  await page.goto(`${guarded.base}/account`);
  await page.getByRole('button', { name: 'New key' }).click();
  await page.getByLabel('Name').fill('nightly');
  await page.getByRole('button', { name: 'Make the key' }).click();
  const dialog = page.locator('[data-overlay]');
  const secret = await dialog.getByText(/^vls_/).textContent();
  assert.ok((await dialog.locator('pre').last().textContent()).includes(secret));
  await dialog.getByRole('button', { name: 'I have kept it' }).click();
  await page.getByRole('cell', { name: 'nightly', exact: true }).waitFor();
  assert.equal(await page.getByText(secret).count(), 0);
});

await check('signing out closes everything', async () => {
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.waitForURL('**/sign-in');
  await page.goto(`${guarded.base}/tasks`);
  await page.waitForURL('**/sign-in?next=*');
});

guarded.stop();
await browser.close();
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed > 0 ? 1 : 0);
