import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';

const dist = new URL('../dist/', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, dist));

/** What must be there before the first page is: the page, its style, its script and what that imports. */
function firstPage(): Map<string, Buffer> {
  const page = read('index.html');
  const found = new Map([['index.html', page]]);
  const wait = [...String(page).matchAll(/(?:src|href)="\/(assets\/[\w.-]+\.(?:js|css))"/g)];
  const paths = wait.map((match) => match[1] as string);
  for (let path = paths.pop(); path !== undefined; path = paths.pop()) {
    if (found.has(path)) continue;
    const text = read(path);
    found.set(path, text);
    // Static imports only; `import("…")` comes later, with the page that needs it.
    const imported = String(text).matchAll(/(?:from|import)\s*["']\.\/([\w.-]+\.js)["']/g);
    if (path.endsWith('.js')) for (const match of imported) paths.push(`assets/${match[1]}`);
  }
  return found;
}

describe('the first page', () => {
  it('is at most 250 kB on the wire', () => {
    const files = [...firstPage()];
    expect(files.map(([path]) => path)).toContain('assets/vendor.js');
    const bytes = files.reduce((sum, [, text]) => sum + gzipSync(text).length, 0);
    expect(bytes).toBeGreaterThan(100_000);
    expect(bytes).toBeLessThan(250_000);
  });

  it('leaves the pages that few open for later', () => {
    const paths = [...firstPage().keys()];
    for (const later of ['map', 'duplicates', 'settings', 'account', 'create']) {
      expect(paths).not.toContain(`assets/${later}.js`);
    }
  });
});
