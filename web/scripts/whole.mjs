// Walks through the real program from its first start, in headless Chromium: set-up, key, folder,
// exploring, map, duplicates, views, sharing, signing out; axe looks at each page on the way.
//
//   node scripts/whole.mjs [PROGRAM] [FOLDER FOR PICTURES OF THE PAGES]     ends with 1 on a failure
//
// PROGRAM is target/debug/lamina by default. Everything it keeps is in a folder that is removed.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { picture } from '../mock/picture.mjs';
import { open } from './browser.mjs';
import { readsOneMore } from './whole/annotations.mjs';
import { blinks } from './whole/blink.mjs';

const [program = '../target/debug/lamina', shots] = process.argv.slice(2);
const PASSWORD = 'harbour lantern seven quiet';
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const home = mkdtempSync(join(tmpdir(), 'lamina-whole-'));
const source = join(home, 'pictures', 'harbour');

function draw() {
  for (const folder of ['day', 'night', 'copies']) {
    mkdirSync(join(source, folder), { recursive: true });
  }
  for (let scene = 0; scene < 36; scene += 1) {
    const name = `${scene % 3 === 0 ? 'night' : 'day'}/scene ${String(scene).padStart(2, '0')}.png`;
    writeFileSync(join(source, name), picture(scene, 240));
  }
  for (const scene of [1, 2, 4]) {
    writeFileSync(join(source, 'copies', `again ${scene}.png`), picture(scene, 240));
    writeFileSync(join(source, 'copies', `small ${scene}.png`), picture(scene, 160));
  }
  writeFileSync(join(source, 'broken.png'), picture(5, 240).subarray(0, 900));
  writeFileSync(join(source, 'notes.txt'), 'notes');
  const file = (id, file_name) => ({ id, file_name, width: 240, height: 180 });
  const box = (id, image_id, category_id, bbox) => ({ id, image_id, category_id, bbox });
  const coco = {
    images: [file(1, 'day/scene 01.png'), file(2, 'day/scene 02.png')],
    categories: [
      { id: 1, name: 'boat' },
      { id: 2, name: 'mast' },
    ],
    annotations: [
      box(1, 1, 1, [10, 10, 60, 40]),
      box(2, 1, 2, [90, 20, 30, 90]),
      box(3, 2, 1, [40, 30, 100, 60]),
      box(4, 7, 1, [0, 0, 9, 9]),
    ],
  };
  writeFileSync(join(source, 'annotations.json'), JSON.stringify(coco));
}

const freePort = () =>
  new Promise((found) => {
    const server = createServer();
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => found(port));
    });
  });

/** Starts the program; gives the link that sets it up, and how to stop it. */
async function start() {
  const port = await freePort();
  const child = spawn(program, [
    'serve',
    ...['--data-dir', join(home, 'data'), '--listen', `127.0.0.1:${port}`],
    ...['--import-root', join(home, 'pictures')],
  ]);
  const ended = new Promise((done) => child.once('exit', done));
  let said = '';
  const link = new Promise((found, failed) => {
    const hear = (part) => {
      said += part;
      const seen = /http\S+\/set-up#[\w.-]+/.exec(said)?.[0];
      if (seen) found(seen);
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    ended.then((status) => failed(new Error(`the program ended with ${status}:\n${said}`)));
    setTimeout(() => failed(new Error(`no set-up link within a minute:\n${said}`)), 60_000).unref();
  });
  const stop = async () => {
    child.kill('SIGTERM');
    await ended;
  };
  return { link: await link, base: `http://127.0.0.1:${port}`, stop };
}

draw();
const { link, base, stop } = await start();
const browser = await open();
const page = browser.pages()[0] ?? (await browser.newPage());
page.setDefaultTimeout(15_000);
let [passed, failed] = [0, 0];
page.on('pageerror', (cause) => {
  failed += 1;
  console.log(`FAIL the page threw: ${cause}`);
});
async function check(title, act) {
  try {
    await act();
    passed += 1;
    console.log(`ok   ${title}`);
  } catch (cause) {
    failed += 1;
    const lines = String(cause.message).split('\n').slice(0, 8).join('\n     ');
    console.log(`FAIL ${title}\n     at ${page.url()}\n     ${lines}`);
    if (shots) await page.screenshot({ path: join(shots, `failed-${failed}.png`) });
  }
}
/** axe finds nothing serious on the page as it stands; a picture of it is kept where asked. */
async function look(name) {
  await page.waitForLoadState('load');
  // Dialogs and toasts fade in.
  await page.waitForTimeout(200);
  if (shots) {
    mkdirSync(shots, { recursive: true });
    await page.screenshot({ path: join(shots, `${name}.png`) });
  }
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => globalThis.axe.run());
  const bad = violations.filter((one) => ['serious', 'critical'].includes(one.impact));
  assert.deepEqual(
    bad.map((one) => `${one.id}: ${one.nodes[0]?.html.slice(0, 120)}`),
    [],
    `axe on ${name}`,
  );
}
const button = (name, exact = true) => page.getByRole('button', { name, exact });
const inDialog = () => page.getByRole('dialog');
const seen = (text) => page.getByText(text).first().waitFor();
const says = (text) =>
  page.waitForFunction(
    (wanted) => document.querySelector('[role=toolbar] span')?.textContent?.startsWith(wanted),
    text,
  );
const read = async (path) => (await browser.request.get(`${base}/api/v1${path}`)).json();
let id = '';

await check('the printed link makes the first account', async () => {
  await page.goto(link);
  await page.locator('input[type=email]').fill('ada@example.org');
  await page.locator('input[type=password]').fill(PASSWORD);
  await look('set-up');
  await button('Make the account').click();
  await seen('No datasets yet');
  await look('no-datasets');
});
await check('a key is made, shown once, listed, and there after a reload', async () => {
  await page.goto(`${base}/account`);
  await button('New key').click();
  await inDialog().locator('input').first().fill('nightly sync');
  await inDialog().locator('button[type=submit]').click();
  await inDialog().getByText(/once/).first().waitFor();
  await page.keyboard.press('Escape');
  await seen('nightly sync');
  await look('account');
  await page.reload();
  await seen('nightly sync');
});
await check('a folder is chosen by clicking, looked through and indexed', async () => {
  await page.goto(`${base}/new`);
  await page.getByTitle(join(home, 'pictures'), { exact: true }).click();
  await page.getByTitle(source, { exact: true }).click();
  await seen('43 pictures');
  await seen(/Left alone: 1 that is no picture/);
  await seen('1 annotation file');
  await look('new');
  await button('Start indexing').click();
  await page.waitForURL('**/dataset/*/data');
  id = page.url().split('/')[4];
  await page.getByText('Ready').first().waitFor({ timeout: 90_000 });
  await says('42 pictures');
  await page.waitForSelector('[data-index] img');
  await look('grid');
});
await check('facets, names and Back', async () => {
  const { total } = await read(`/dataset/${id}/grid?limit=1&duplicates=any`);
  assert.ok(total >= 6, `${total} with copies`);
  await page.getByRole('button', { name: /^Has copies/ }).click();
  await says(`${total} pictures`);
  await page.goBack();
  await says('42 pictures');
  await page.keyboard.press('/');
  await page.keyboard.type('again');
  await says('3 pictures');
});
await check(
  'a number is cut by its histogram, the chip changes it, and Back undoes it',
  async () => {
    await page.goto(`${base}/dataset/${id}/data`);
    await says('42 pictures');
    await page.getByRole('button', { name: 'Width', exact: true }).click();
    const handle = page.getByRole('slider', { name: 'Width: from' });
    await handle.focus();
    for (let step = 0; step < 50; step += 1) await page.keyboard.press('ArrowRight');
    await page.waitForURL('**range=width*');
    const range = new URL(page.url()).searchParams.get('range');
    const { total } = await read(`/dataset/${id}/grid?limit=1&range=${range}`);
    assert.ok(total > 0 && total < 42, `${total} within ${range}`);
    await says(`${total} pictures`);
    await page.getByRole('button', { name: /^Change Width/ }).click();
    await page.locator('[data-overlay]').waitFor();
    await look('cut');
    await page.keyboard.press('Escape');
    await page.goBack();
    await says('42 pictures');
  },
);
/** What a page shows, and what it says that it shows. */
const shownOn = async (which) => {
  await which.waitForSelector('[data-index] a[aria-label]');
  return which.evaluate(() => [
    document.querySelector('[role=toolbar] span')?.textContent,
    ...[...document.querySelectorAll('[data-index] a')].map((one) =>
      one.getAttribute('aria-label'),
    ),
  ]);
};
await check('any score orders the grid, either way round, and a link shows the same', async () => {
  await page.goto(`${base}/dataset/${id}/data`);
  await says('42 pictures');
  const firstIs = async (sort) => {
    const { path } = await read(`/dataset/${id}/grid?limit=1&sort=${sort}`);
    await page.locator(`#tile-0 a[aria-label="${path[0]}"]`).waitFor();
  };
  await page.getByLabel('Sort').selectOption('low_information');
  await page.waitForURL('**sort=-low_information');
  await firstIs('-low_information');
  await page.getByLabel('Sort').selectOption('name');
  await page.waitForURL('**sort=name');
  await page.getByRole('button', { name: /^Turn round/ }).click();
  await page.waitForURL('**sort=-name');
  await firstIs('-name');
  const other = await browser.newPage();
  await other.goto(page.url());
  assert.deepEqual(await shownOn(other), await shownOn(page));
  await other.close();
  await page.goBack();
  await firstIs('name');
});
/** A picture dropped on the page, as the browser tells of it. */
const dropped = (file, name) =>
  page.evaluate(
    ({ bytes, called }) => {
      const data = new DataTransfer();
      data.items.add(new File([new Uint8Array(bytes)], called, { type: 'image/png' }));
      const drop = { dataTransfer: data, bubbles: true, cancelable: true };
      const place = document.querySelector('main');
      place.dispatchEvent(new DragEvent('dragenter', drop));
      place.dispatchEvent(new DragEvent('drop', drop));
    },
    { bytes: [...file], called: name },
  );
await check(
  'a dropped picture finds itself first, and the chip takes the search away',
  async () => {
    await dropped(readFileSync(join(source, 'day', 'scene 07.png')), 'elsewhere.png');
    await page.waitForURL('**like=upload*');
    await seen('like this picture');
    await page.locator('#tile-0 a[aria-label="day/scene 07.png"]').waitFor();
    const alike = page.getByRole('slider', { name: 'How alike at least: from' });
    await alike.focus();
    for (let step = 0; step < 90; step += 1) await page.keyboard.press('ArrowRight');
    await page.waitForURL('**alike=0.9');
    const told = await page
      .getByText(/pictures? within$/)
      .first()
      .textContent();
    assert.ok(!/^(0|42) /.test(told), told);
    await says(told.replace(' within', ''));
    await look('search-picture');
    await button('Remove alike ≥ 90 %').click();
    await says('42 pictures');
    await button('Remove like this picture').click();
    await says('42 pictures');
  },
);
await check('a search leans towards some pictures and away from others', async () => {
  await page.locator('[data-grid]').focus();
  await page.keyboard.press('s');
  await page.waitForURL('**like=media*');
  // The keys go on in the grid that took the place of the one before.
  await page.waitForFunction(() => document.activeElement?.hasAttribute('data-grid'));
  await page.locator('#tile-1 img').waitFor();
  await page.locator('#tile-1').hover();
  await page.locator('#tile-1 [data-check]').click();
  await page.getByRole('button', { name: /^Less like the selected/ }).click();
  await page.waitForURL('**less=media*');
  await seen('less like this picture');
  const anchors = (name) =>
    JSON.stringify(
      new URL(page.url()).searchParams
        .getAll(name)
        .map((one) => ({ id: one.slice(6), type: 'MEDIA' })),
    );
  const query = new URLSearchParams({
    anchor_media_id: anchors('like'),
    less_like: anchors('less'),
  });
  const { path } = await read(`/dataset/${id}/grid?limit=9&${query}`);
  await page.waitForFunction(
    (wanted) =>
      [...document.querySelectorAll('[data-index] a')]
        .slice(0, 9)
        .every((one, at) => one.getAttribute('aria-label') === wanted[at]),
    path,
  );
  await look('leaning');
  await button('Change less like this picture').click();
  await inDialog().getByRole('button', { name: 'like it', exact: true }).click();
  await page.waitForURL((address) => address.searchParams.getAll('like').length === 2);
  await page.keyboard.press('Escape');
  await button('Clear all').click();
  await says('42 pictures');
});
await check('a part of a picture is searched with', async () => {
  await page.locator('#tile-12 a').click();
  await page.waitForURL('**/data/image/**');
  await page.getByRole('button', { name: /^Search with a part/ }).click();
  await seen('Draw a box');
  const stage = await page.locator('main .touch-none').boundingBox();
  const middle = [stage.x + stage.width / 2, stage.y + stage.height / 2];
  await page.mouse.move(middle[0] - 60, middle[1] - 50);
  await page.mouse.down();
  await page.mouse.move(middle[0] + 60, middle[1] + 50, { steps: 5 });
  await page.mouse.up();
  await look('part');
  await page.getByRole('button', { name: /Find what is like this/ }).click();
  await page.waitForURL('**like=upload*');
  await page.locator('#tile-0 img').waitFor();
  await page.goto(`${base}/dataset/${id}/data`);
  await says('42 pictures');
  await page.keyboard.press('/');
  await page.keyboard.type('again');
  await says('3 pictures');
});
await check('boxes are chosen by label, and one opens in its picture', async () => {
  await page.goto(`${base}/dataset/${id}/data`);
  await button('Objects').click();
  await says('3 boxes');
  await page.getByRole('button', { name: /^boat/ }).click();
  await page.waitForURL('**object=boat**');
  await says('2 boxes');
  await page.waitForFunction(() => document.querySelector('[data-index] img')?.naturalWidth > 0);
  await look('objects');
  await page.locator('#tile-1 a').click();
  await page.waitForURL('**/data/image/**box=**');
  await page.locator('[data-chosen]').waitFor({ state: 'attached' });
  assert.equal(await page.locator('[data-chosen] text').textContent(), 'boat');
  await look('object');
  await page.keyboard.press('ArrowLeft');
  await page.waitForURL('**at=0**');
  await page.keyboard.press('Escape');
  await says('2 boxes');
  assert.ok(!page.url().includes('box='));
  await page.goto(`${base}/dataset/${id}/data?q=again`);
  await says('3 pictures');
});
await check('a filter is saved under a name and shown again', async () => {
  await button('Save view').click();
  await inDialog().locator('input').fill('Seen again');
  await inDialog().locator('button[type=submit]').click();
  await seen('Saved as "Seen again"');
  await page.getByRole('link', { name: 'Saved views' }).click();
  await seen('name: again');
  await look('views');
  await page.getByRole('link', { name: 'Seen again' }).click();
  await says('3 pictures');
});
await check('a picture opens with its details and what is similar', async () => {
  await page.locator('[data-index] a').first().click();
  await page.waitForURL('**/data/image/**');
  await seen('Most similar');
  await look('picture');
  await page.keyboard.press('Escape');
  await says('3 pictures');
});
await check('clusters are shown at every level', async () => {
  await page.goto(`${base}/dataset/${id}/data?view=clusters`);
  await page.locator('main ul a').first().waitFor();
  await page.getByLabel('Granularity of clusters').fill('4');
  await page.waitForURL('**level=4');
  await page.locator('main ul a').first().waitFor();
  await look('clusters');
  const { clusters } = await read(`/dataset/${id}/clusters?level=4`);
  await page.locator('[data-cluster] button').first().click();
  await says(`${clusters[0].n_images} pictures in 1 cluster selected`);
  await look('clusters-chosen');
  await button('Show them').click();
  await page.waitForURL('**cluster=*');
  await says(`${clusters[0].n_images} pictures`);
});
await check('a line on the map filters the grid', async () => {
  await page.getByRole('link', { name: 'Map' }).click();
  const canvas = page.locator('canvas');
  await canvas.waitFor({ timeout: 30_000 });
  await page.waitForTimeout(300);
  await look('map');
  const box = await canvas.boundingBox();
  const to = (x, y, steps = 8) =>
    page.mouse.move(box.x + box.width * x, box.y + box.height * y, { steps });
  await to(0.02, 0.02);
  await page.mouse.down();
  await to(0.98, 0.02);
  await to(0.98, 0.98);
  await to(0.02, 0.98);
  await page.mouse.up();
  await seen(/pictures within the line/);
  await page.getByRole('link', { name: 'Show them in the grid' }).click();
  await seen('part of the map');
  const area = new URL(page.url()).searchParams.get('area');
  const { total } = await read(`/dataset/${id}/grid?limit=1&area=${encodeURIComponent(area)}`);
  assert.ok(total > 30, `${total} within the line`);
  await says(`${total} pictures`);
});
await check('a rule says which copy stays, and a person against it', async () => {
  await page.goto(`${base}/dataset/${id}/duplicates`);
  await seen(/could go/);
  await button('Rule').click();
  await page.getByRole('menuitem', { name: /^In a folder/ }).click();
  await inDialog().locator('input').fill('copies');
  await button('Add to the rule').click();
  await page.waitForURL('**keep=folder*');
  const rule = await read(`/dataset/${id}/duplicates/plan?keep=folder:copies`);
  for (const { keep, remove } of rule.groups) {
    const below = [...keep, ...remove].some((one) => one.original_uri.startsWith('copies/'));
    if (below) assert.match(keep[0].original_uri, /^copies\//);
  }
  await seen(`${rule.all.remove} pictures could go`);
  await look('duplicates');
  await button('Keep this one').first().click();
  await seen('kept whatever the rule says');
  await seen('Stays, you decided');
  await button('Undo').click();
  await seen('Left to the rule again');
  await button('Preview plan').click();
  await inDialog().getByText('Pictures that go').waitFor();
  await look('plan');
  const plan = await read(`/dataset/${id}/duplicates/plan?keep=folder:copies`);
  await page.getByRole('button', { name: `Tag ${plan.all.remove} pictures “remove”` }).click();
  await seen('tagged “remove”');
  const tagged = async () => (await read(`/dataset/${id}/tags`)).tags?.[0]?.count;
  while ((await tagged()) !== plan.all.remove) await page.waitForTimeout(100);
  await page.getByRole('link', { name: 'Explore' }).click();
  await page.getByRole('button', { name: /^remove/ }).click();
  await says(`${plan.all.remove} picture`);
  await look('tagged');
});
await check('two copies blink in one place while a key or the button is held', () =>
  blinks({ page, base, id }),
);
await check('pictures are tagged, and that is taken back', async () => {
  await page.goto(`${base}/dataset/${id}/data?q=again`);
  await says('3 pictures');
  await page.locator('[data-grid]').focus();
  await page.keyboard.press('a');
  await button('Tag').click();
  await page.getByRole('menuitem', { name: 'New tag…' }).click();
  await inDialog().locator('input').fill('to check');
  await inDialog().locator('button[type=submit]').click();
  await seen('3 pictures tagged "to check"');
  const count = async () =>
    (await read(`/dataset/${id}/tags`)).tags.find((one) => one.name === 'to check').count;
  assert.equal(await count(), 3);
  await look('tag');
  await button('Undo').click();
  await seen('Taken back');
  assert.equal(await count(), 0);
});
await check('a selection is exported and fetched', async () => {
  await button('Export').click();
  await inDialog().locator('select').selectOption('csv');
  await look('export');
  await inDialog().locator('button[type=submit]').click();
  const link = inDialog().getByRole('link', { name: 'Download' });
  await link.waitFor();
  await look('exported');
  const answer = await browser.request.get(new URL(await link.getAttribute('href'), base).href);
  assert.equal(answer.status(), 200);
  assert.ok((await answer.body()).length > 200);
  await page.keyboard.press('Escape');
});
await check('the export is in the list of them, and deleted there', async () => {
  await page.getByRole('link', { name: 'Exports', exact: true }).click();
  await page.locator('tbody').getByText('Ready').waitFor();
  await look('exports');
  await page.getByRole('button', { name: /^Delete / }).click();
  await inDialog().getByRole('button', { name: 'Delete', exact: true }).click();
  await seen('No exports');
});
await check('the rejected file has its reason, and the task its end', async () => {
  await page.getByRole('link', { name: 'Rejected files', exact: true }).click();
  await seen('broken.png');
  await seen(/1 that is no picture, 1 annotation file that was read/);
  await look('rejected');
  await page.goto(`${base}/tasks`);
  await page.locator('tbody').getByText('Done').first().waitFor();
  await look('tasks');
});
await check('one more annotation file is read, tells what was wrong, and is let go', () =>
  readsOneMore({ page, base, id, folder: join(home, 'pictures'), look, read }),
);
await check('a second person gets an account and the dataset', async () => {
  await page.goto(`${base}/admin/users`);
  await button('New user').click();
  await inDialog().locator('input[type=email]').fill('bob@example.org');
  await inDialog().locator('input[type=password]').fill(PASSWORD);
  await look('users');
  await inDialog().locator('button[type=submit]').click();
  await page.locator('tbody').getByText('bob@example.org').waitFor();
  await page.goto(`${base}/dataset/${id}/settings`);
  await page.getByLabel('E-mail of somebody with an account').fill('bob@example.org');
  await page.locator('form').getByRole('button', { name: 'Share' }).click();
  await seen('bob@example.org can see this dataset');
  await look('settings');
});
await check('signing out ends it, and the second person sees what was shared', async () => {
  await page.goto(`${base}/account`);
  await button('Sign out').click();
  await page.waitForURL('**/sign-in');
  // As somebody comes who was sent a link: to the door, and from there to where it leads.
  await page.goto(`${base}/tasks?status=COMPLETED`);
  await page.waitForURL('**/sign-in?next=*');
  await page.locator('input[type=email]').fill('bob@example.org');
  await page.locator('input[type=password]').fill(PASSWORD);
  await look('sign-in');
  await button('Sign in').click();
  await page.waitForURL('**/tasks?status=COMPLETED');
  await page.getByRole('link', { name: 'Datasets' }).click();
  await page.getByRole('link', { name: 'harbour' }).first().waitFor();
  await look('datasets');
  await page.getByRole('link', { name: 'harbour' }).first().click();
  await says('42 pictures');
});
await check('who may only look has no button that would be refused', async () => {
  const none = async (name) => assert.equal(await button(name).count(), 0, `${name} is there`);
  assert.equal((await read(`/dataset/${id}`)).your_role, 'viewer');
  await page.locator('[data-grid]').focus();
  await page.keyboard.press('a');
  await says('All 42 pictures');
  await button('Export').waitFor();
  await none('Tag');
  await page.goto(`${base}/dataset/${id}/data?q=again`);
  await says('3 pictures');
  await none('Save view');
  await page.locator('[data-index] a').first().click();
  await seen('Most similar');
  await none('Add a tag');
  await look('viewer-picture');
  await page.goto(`${base}/dataset/${id}/duplicates`);
  await button('Preview plan').waitFor();
  await page
    .getByText(/^(Stays|Goes)/)
    .first()
    .waitFor();
  for (const name of ['Keep all', 'Keep this one']) await none(name);
  await page.goto(`${base}/dataset/${id}/rejected`);
  await button('List as CSV').waitFor();
  await none('Try again');
  await page.goto(`${base}/dataset/${id}/settings`);
  await seen('Last indexing');
  for (const name of ['Save', 'Index again', 'Share', 'Delete this dataset…']) {
    if (name !== 'Share') await none(name);
  }
  assert.equal(await page.locator('form').count(), 0);
  await look('viewer-settings');
});
await browser.close();
await stop();
rmSync(home, { recursive: true, force: true });
console.log(`Walked: ${passed} passed, ${failed} failed`);
process.exit(failed > 0 ? 1 : 0);
