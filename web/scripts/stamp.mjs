// Writes dist/BUILD: the fingerprint of everything that dist/ is made from, and of dist/ itself.
//
// A test in Rust recomputes both, so a stale or hand-edited dist fails without node. The rule:
//
//   sources = sha256 over the lines "<path>\0<sha256 of the file, lower-case hex>\n" of every file
//             below web/src and web/public and of web/index.html, web/package.json,
//             web/package-lock.json, web/vite.config.ts, web/tsconfig.json, web/biome.json.
//   dist    = the same over every file below web/dist save BUILD.
//
// <path> is relative to web/, with forward slashes; the lines are sorted by the bytes of <path>
// (UTF-8). dist/BUILD is three lines, each ended by "\n":
//
//   lamina-web 1
//   sources <hex>
//   dist <hex>
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const web = fileURLToPath(new URL('..', import.meta.url));
const singles = [
  'index.html',
  'package.json',
  'package-lock.json',
  'vite.config.ts',
  'tsconfig.json',
  'biome.json',
];

const below = (folder) =>
  readdirSync(join(web, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(web, join(entry.parentPath, entry.name)).split(sep).join('/'));

const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');

const fingerprint = (paths) =>
  sha256(
    paths
      .sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
      .map((path) => `${path}\0${sha256(readFileSync(join(web, path)))}\n`)
      .join(''),
  );

const sources = [...below('src'), ...below('public'), ...singles];
const dist = below('dist').filter((path) => path !== 'dist/BUILD');
const lines = ['lamina-web 1', `sources ${fingerprint(sources)}`, `dist ${fingerprint(dist)}`];
writeFileSync(join(web, 'dist/BUILD'), `${lines.join('\n')}\n`);
