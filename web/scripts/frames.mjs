// Measures scrolling the grid in headless Chromium: the time between frames, tiles and nodes.
//
//   node scripts/frames.mjs [http://127.0.0.1:9999] [dataset id …]
import { open } from './browser.mjs';

const [base = 'http://127.0.0.1:9999', ...ids] = process.argv.slice(2);
const datasets = await (await fetch(`${base}/api/v1/datasets`)).json();
const chosen =
  ids.length > 0
    ? ids
    : datasets
        .filter((one) => one.status_new === 'READY' && one.n_images >= 10_000)
        .map((one) => one.id);

const browser = await open();
const page = browser.pages()[0] ?? (await browser.newPage());

for (const id of chosen) {
  const { n_images: n, display_name: name } = datasets.find((one) => one.id === id);
  for (const layout of ['squares', 'fitted']) {
    const before = Date.now();
    await page.goto(`${base}/dataset/${id}/data${layout === 'fitted' ? '?layout=fitted' : ''}`);
    await page.waitForSelector('[role=gridcell] img');
    const first = Date.now() - before;
    await page.waitForLoadState('networkidle');
    const got = await page.evaluate(async () => {
      const grid = document.querySelector('[data-grid]');
      const frame = () => new Promise((next) => requestAnimationFrame(next));
      const rest = (ms) => new Promise((next) => setTimeout(next, ms));
      const scroll = async (frames, step) => {
        const times = [];
        let blank = 0;
        let last = await frame();
        for (let i = 0; i < frames; i += 1) {
          grid.scrollTop += step;
          const now = await frame();
          times.push(now - last);
          last = now;
          const box = grid.getBoundingClientRect();
          const under = document.elementFromPoint(
            box.left + box.width / 2,
            box.top + box.height / 2,
          );
          if (!under?.closest('[data-index]')) blank += 1;
        }
        times.sort((a, b) => a - b);
        const at = (part) => Math.round(times[Math.floor(times.length * part)] * 10) / 10;
        return { median: at(0.5), p95: at(0.95), worst: at(0.999), blank };
      };
      const out = {};
      out.steady = await scroll(300, 40);
      out.brisk = await scroll(300, 400);
      // The bar dragged: a different far place every frame.
      const jump = Math.floor(grid.scrollHeight / 120);
      grid.scrollTop = 0;
      await rest(300);
      out.dragged = await scroll(100, jump);
      await rest(600);
      out.height = grid.scrollHeight;
      grid.scrollTop = grid.scrollHeight;
      await rest(800);
      const cells = [...document.querySelectorAll('[data-index]')];
      out.lastIndex = Math.max(...cells.map((cell) => Number(cell.dataset.index)));
      out.tiles = cells.length;
      out.nodes = document.querySelectorAll('*').length;
      const start = performance.now();
      grid.focus();
      grid.dispatchEvent(new KeyboardEvent('keydown', { key: 'a', bubbles: true }));
      await frame();
      out.selectAll = Math.round(performance.now() - start);
      out.said = document.querySelector('[role=toolbar] span')?.textContent;
      return out;
    });
    console.log(`${name} (${n}), ${layout}: first picture ${first} ms`, JSON.stringify(got));
  }
}
await browser.close();
