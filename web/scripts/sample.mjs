// Walks through the real program, in headless Chromium: what the app shows must be what the API
// counts. Needs a server with the sample dataset: `lamina up --sample`.
//
//   node scripts/sample.mjs http://127.0.0.1:2080        ends with 1 on a failure
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { open } from './browser.mjs';

const [base = 'http://127.0.0.1:2080'] = process.argv.slice(2);
const read = async (path) => (await fetch(`${base}/api/v1${path}`)).json();
const {
  id,
  display_name: name,
  n_images: all,
} = (await read('/datasets')).find((one) => one.status_new === 'READY');
const count = async (query) => (await read(`/dataset/${id}/grid?limit=1&${query}`)).total;

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
    console.log(
      `FAIL ${title}\n     ${String(cause.message).split('\n').slice(0, 5).join('\n     ')}`,
    );
  }
}
const says = (text) =>
  page.waitForFunction(
    (wanted) => document.querySelector('[role=toolbar] span')?.textContent?.startsWith(wanted),
    text,
  );
const shows = async (query) => says(`${(await count(query)).toLocaleString('en-US')} picture`);
const clear = () => page.getByRole('button', { name: 'Clear all' }).click();

await check('the dataset opens from its card', async () => {
  await page.goto(base);
  await page.getByRole('link', { name }).click();
  await says(`${all.toLocaleString('en-US')} picture`);
});
await check('facets filter, add and exclude', async () => {
  await page.getByRole('button', { name: /^Blurry/ }).click();
  await shows('issue=blur');
  await page.getByRole('button', { name: /^Too dark/ }).click({ modifiers: ['Control'] });
  await shows('issue=blur&issue=dark');
  await clear();
  await page.getByRole('button', { name: /^Too dark/ }).click({ modifiers: ['Alt'] });
  await shows('not_issue=dark');
  await clear();
});
await check('copies filter by tier', async () => {
  await page.getByRole('button', { name: /^Mirrored/ }).click();
  await shows('tier=mirrored');
  await clear();
});
await check('names are searched', async () => {
  await page.keyboard.press('/');
  await page.keyboard.type('056');
  await page.waitForURL('**q=056');
  await shows('q=056');
  await clear();
});
await check('whole pictures are laid out from the shapes', async () => {
  await page.getByRole('button', { name: 'Whole pictures' }).click();
  await page.waitForURL('**layout=fitted');
  await page.waitForSelector('[data-index] img');
  await page.getByRole('button', { name: 'Squares' }).click();
});
await check('a cluster opens, a picture of it, what is similar, and back', async () => {
  await page.getByRole('button', { name: 'Clusters' }).click();
  await page.locator('main ul a').first().click();
  await page.waitForURL('**cluster=*');
  await page.waitForSelector('[data-index] img');
  const inside = await page.locator('[role=toolbar] span').first().textContent();
  await page.locator('[data-index] a').first().click();
  await page.waitForURL('**/data/image/**');
  await page.getByText('Most similar').waitFor();
  await page.getByRole('button', { name: 'Next picture' }).waitFor();
  await page.keyboard.press('Escape');
  await says(inside);
});
await check('groups of duplicates are gone through', async () => {
  const { total, tiers } = await read(`/dataset/${id}/duplicates`);
  await page.getByRole('link', { name: 'Duplicates' }).click();
  await page.getByText(`1 of ${total}`, { exact: true }).waitFor();
  await page.keyboard.press('j');
  await page.getByText(`2 of ${total}`, { exact: true }).waitFor();
  await page.getByRole('button', { name: /^Mirrored/ }).click();
  await page.getByText(`1 of ${tiers.mirrored.groups}`, { exact: true }).waitFor();
});
await check('everything is selected and listed', async () => {
  await page.getByRole('link', { name: 'Explore' }).click();
  await page.waitForSelector('[data-index] img');
  await page.locator('[data-grid]').focus();
  await page.keyboard.press('a');
  await says(`All ${all.toLocaleString('en-US')}`);
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'List as CSV' }).click(),
  ]);
  const lines = readFileSync(await download.path(), 'utf8')
    .trim()
    .split('\n');
  assert.equal(lines.length, all + 1);
});
await check('every rejected file has its reason', async () => {
  const { rejected } = await read(`/dataset/${id}/stats`);
  await page.getByRole('link', { name: 'Rejected files', exact: true }).click();
  await page.locator('tbody tr').first().waitFor();
  assert.equal(await page.locator('tbody tr').count(), rejected);
});
await browser.close();
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed > 0 ? 1 : 0);
