// One more annotation file on the settings page: read, told of, and let go.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** `folder` is one that the server may read, beside the pictures. */
export async function readsOneMore({ page, base, id, folder, look, read }) {
  const more = join(folder, 'more.csv');
  writeFileSync(more, 'filename,label\nday/scene 01.png,checked\nday/none.png,checked\n');
  await page.goto(`${base}/dataset/${id}/settings`);
  await page.getByLabel('Annotation file on the server').fill(more);
  await page.getByRole('button', { name: 'Add and read', exact: true }).click();
  const gone = page.getByRole('button', { name: `Read ${more} no more` });
  const row = page.locator('tbody tr', { has: gone });
  await row.getByText('1 label').waitFor({ timeout: 30_000 });
  await row.getByText('1 of 2 rows of pictures that are not here').waitFor();
  await look('annotations');
  await gone.click();
  await page.getByText('What the file said goes').first().waitFor();
  await row.waitFor({ state: 'detached', timeout: 30_000 });
  const { files } = await read(`/dataset/${id}/annotations`);
  assert.deepEqual(
    files.map((one) => one.path),
    ['annotations.json'],
  );
}
