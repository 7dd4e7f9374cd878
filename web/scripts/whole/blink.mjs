// Two copies in one place, on the page of copies: a key or the button changes between them.

export async function blinks({ page, base, id }) {
  await page.goto(`${base}/dataset/${id}/duplicates`);
  const shown = page.locator('main figure img:visible');
  const name = async () => shown.getAttribute('alt');
  await shown.waitFor();
  const kept = await name();
  await page.keyboard.down('b');
  await page.locator(`main figure img:visible:not([alt="${kept}"])`).waitFor();
  await page.keyboard.up('b');
  await page.locator(`main figure img:visible[alt="${kept}"]`).waitFor();
  const hold = page.getByRole('button', { name: /^Hold to blink/ });
  await hold.focus();
  await page.keyboard.down('Enter');
  await page.locator(`main figure img:visible:not([alt="${kept}"])`).waitFor();
  // The key is let go where this page hears nothing of it.
  await page.evaluate(() => window.dispatchEvent(new Event('blur')));
  await page.locator(`main figure img:visible[alt="${kept}"]`).waitFor();
  await page.keyboard.up('Enter');
}
