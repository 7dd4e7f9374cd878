// Lets axe look at every page, light, dark and narrow. Ends with 1 if anything serious is found.
//
//   node scripts/access.mjs [http://127.0.0.1:9999]
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { open } from './browser.mjs';
import { pagesOf } from './pages.mjs';

const [base = 'http://127.0.0.1:9999'] = process.argv.slice(2);
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
let bad = 0;
const LOOKS = { light: {}, dark: { dark: true }, phone: { width: 390, height: 844, touch: true } };
for (const [look, setting] of Object.entries(LOOKS)) {
  const browser = await open(setting);
  const page = browser.pages()[0] ?? (await browser.newPage());
  const pages = await pagesOf(browser, base);
  for (const [name, address] of Object.entries(pages)) {
    await page.goto(base + address);
    await page.waitForLoadState('networkidle');
    await page.evaluate(axe);
    const { violations } = await page.evaluate(() => globalThis.axe.run());
    for (const one of violations) {
      if (['serious', 'critical'].includes(one.impact)) bad += 1;
      console.log(`${name} (${look}): ${one.impact} ${one.id}: ${one.help}`);
      for (const node of one.nodes.slice(0, 3))
        console.log(
          `   ${node.html.slice(0, 160)}\n   ${node.failureSummary?.split('\n')[1] ?? ''}`,
        );
    }
  }
  await browser.close();
}
console.log(`${bad} serious`);
process.exit(bad > 0 ? 1 : 0);
