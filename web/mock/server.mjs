// A stand-in for the server, for building and measuring the app without one. Never shipped.
//
//   npm run mock            no accounts, like `lamina up`
//   MOCK_AUTH=on npm run mock   accounts; any password of 15 characters signs in
import { createReadStream, existsSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  bytes,
  clusters,
  facets,
  first,
  grid,
  groups,
  id,
  map,
  mapPicture,
  media,
  plan,
  shape,
} from './data.mjs';

const dist = fileURLToPath(new URL('../dist', import.meta.url));
const auth = process.env.MOCK_AUTH === 'on';
const started = Date.now();

const set = (number, name, n, more = {}) => ({
  number,
  n,
  id: `d000000${number}-0000-7000-8000-000000000000`,
  display_name: name,
  description: '',
  owned_by: 'VL',
  owner: 'ada@example.org',
  your_role: 'owner',
  created_by: 'u1',
  source_uri: `/data/${name.toLowerCase().replaceAll(' ', '-')}`,
  created_at: new Date(started - number * 4e7).toISOString(),
  updated_at: null,
  status: 'READY',
  status_new: 'READY',
  fatal_error_msg: null,
  progress: 100,
  n_rejected: Math.round(n / 4000),
  ...more,
});

let sets = [
  set(1, 'Harbour 2026', 100_000),
  set(2, 'Street crops', 1_000_000),
  set(3, 'Night survey', 12_480, { status: 'INDEXING', status_new: 'INDEXING' }),
  set(4, 'Scanned archive', 0, {
    status: 'FATAL_ERROR',
    status_new: 'ERROR',
    progress: 40,
    fatal_error_msg: 'the folder /data/scanned-archive is gone; mount it and index again',
  }),
  set(5, 'Roof tiles', 3_208),
];

const live = (one) => {
  const { number: _, n, ...rest } = one;
  const out = {
    ...rest,
    n_images: n,
    preview_uri: n > 0 ? `/api/v1/dataset/${one.id}/preview` : '',
    preview_media: Array.from({ length: Math.min(4, n) }, (_, i) => id(one.number, i)),
  };
  if (one.status_new === 'INDEXING') {
    const done = Math.floor(((Date.now() - started) / 40) % n);
    Object.assign(out, {
      progress: Math.floor((done / n) * 100),
      phase: 'indexing',
      done,
      total: n,
      n_images: done,
    });
  }
  return out;
};

const report = (one) => ({
  dataset_id: one.id,
  found: one.n + 25 + 312,
  indexed: one.n,
  rejected: 25,
  ignored: 312,
  rejected_by_reason: {
    truncated: { count: 14, examples: ['2024/harbour/IMG_000113.jpg'] },
    empty: { count: 6, examples: ['scans/0.tif'] },
    not_a_picture: { count: 5, examples: ['scans/notes.jpg'] },
  },
  ignored_by_reason: { not_a_picture: 280, hidden: 20, video: 12 },
  exact_duplicate_groups: Math.round(one.n * 0.005),
  exact_duplicates: Math.round(one.n * 0.0096),
  near_duplicate_groups: Math.round(one.n * 0.007),
  near_duplicates: Math.round(one.n * 0.0144),
  blur: Math.round(one.n * 0.05),
  dark: Math.round(one.n * 0.03),
  bright: Math.round(one.n * 0.02),
  outliers: Math.round(one.n * 0.01),
  clusters: [96, 48, 24, 12, 6].map((count, level) => ({
    level,
    clusters: count,
    largest: Math.round(one.n / count),
  })),
  changed: 0,
  seconds_by_stage: { scanning: 1.2, indexing: 210.4, analysing: 31.9, publishing: 0.8 },
});

const reasons = Object.entries({
  truncated: 'the file ends before the picture does',
  empty: 'the file is empty',
  not_a_picture: 'the name says picture, the content does not',
});
const rejected = Array.from({ length: 25 }, (_, i) => {
  const [reason, sentence] = reasons[i < 14 ? 0 : i < 20 ? 1 : 2];
  return {
    path: `2024/harbour/IMG_${String(i * 97).padStart(6, '0')}.jpg`,
    size_bytes: reason === 'empty' ? 0 : 40_000 + i * 9001,
    reason,
    message: sentence,
    note:
      reason === 'truncated'
        ? 'the file has 81,920 of 2,411,724 bytes; copy it again from where it came'
        : '',
  };
});

const tasks = () => {
  const running = live(sets.find((one) => one.number === 3) ?? sets[0]);
  const row = (number, type, status, more) => ({
    task_id: `t${number}`,
    dataset_id: sets[0]?.id ?? '',
    dataset_name: 'Harbour 2026',
    dataset_status: 'READY',
    created_by: 'ada@example.org',
    task_type: type,
    status,
    status_message: '',
    progress_percentage: 100,
    error_message: null,
    start_time: new Date(started - number * 5e6).toISOString(),
    end_time: new Date(started - number * 5e6 + 244_000).toISOString(),
    ...more,
  });
  return [
    row(1, 'DATASET_CREATION', 'RUNNING', {
      dataset_id: running.id,
      dataset_name: running.display_name,
      dataset_status: 'INDEXING',
      progress_percentage: running.progress,
      end_time: null,
      start_time: new Date(started - 60_000).toISOString(),
      phase: 'indexing',
      done: running.done,
      total: running.total,
      rejected: 3,
    }),
    row(2, 'DATASET_CREATION', 'COMPLETED', {}),
    row(3, 'DATASET_CREATION', 'FAILED', {
      dataset_name: 'Scanned archive',
      progress_percentage: 40,
      error_message: 'the folder /data/scanned-archive is gone; mount it and index again',
    }),
  ];
};

let keys = [
  {
    api_key: 'vlk_7Yc2mQ0aXnB4tZs91LfKd83PwEJ5u2',
    name: 'nightly sync',
    scope: 'write',
    created_at: new Date(started - 9e9).toISOString(),
    expires_at: null,
    last_used_at: new Date(started - 4e6).toISOString(),
    state: 'active',
  },
  {
    api_key: 'vlk_Q1w2E3r4T5y6U7i8O9p0A1s2D3f4G5',
    name: 'notebook',
    scope: 'read',
    created_at: new Date(started - 2e10).toISOString(),
    expires_at: null,
    last_used_at: null,
    state: 'disabled',
  },
];
let members = [
  { email: 'ada@example.org', role: 'owner' },
  { email: 'grace@example.org', role: 'viewer' },
];
const users = ['ada', 'grace', 'linus'].map((name, i) => ({
  id: `u${i + 1}`,
  username: `${name}@example.org`,
  firstName: name,
  lastName: 'Example',
  enabled: i < 2,
  createdTimestamp: started - 3e10,
  lastAccess: i < 2 ? started - i * 9e7 : null,
  roles: [['admin', 'editor', 'viewer'][i]],
}));

const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};

function json(response, status, body, headers = {}) {
  response.writeHead(status, {
    'Content-Type': 'application/json',
    'x-request-id': 'mock-1',
    ...headers,
  });
  response.end(JSON.stringify(body));
}

const fault = (response, status, code, detail) =>
  json(response, status, { detail, code, request_id: 'mock-0f3a91c2' });

function file(request, response, path) {
  const wanted = normalize(join(dist, path));
  const found = existsSync(wanted) && statSync(wanted).isFile() ? wanted : join(dist, 'index.html');
  if (found !== wanted && path.startsWith('/assets/'))
    return fault(response, 404, 'not_found', 'no such asset');
  response.writeHead(200, {
    'Content-Type': TYPES[extname(found)] ?? 'application/octet-stream',
    'Cache-Control': 'no-cache',
    'Content-Security-Policy':
      "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; script-src 'self'; connect-src 'self'; frame-ancestors 'none'",
  });
  createReadStream(found).pipe(response);
}

async function body(request) {
  const parts = [];
  for await (const part of request) parts.push(part);
  const text = Buffer.concat(parts).toString();
  return text === '' ? {} : JSON.parse(text);
}

async function api(request, response, path, query) {
  const { method } = request;
  const signedIn = !auth || /SESSION=ok/.test(request.headers.cookie ?? '');
  const at = (pattern, wanted = 'GET') => method === wanted && pattern.exec(path);
  let m;
  if (at(/^\/healthcheck$/))
    return json(response, 200, {
      status: 'Green',
      'service-health-message': 'none',
      version: '0.1.0',
      authentication: auth ? 'on' : 'off',
    });
  if (at(/^\/auth$/, 'POST')) {
    const { password } = await body(request);
    if ((password ?? '').length < 15)
      return fault(response, 401, 'wrong_password', 'the e-mail address or the password is wrong');
    return json(
      response,
      200,
      { ok: true },
      { 'Set-Cookie': 'SESSION=ok; Path=/; HttpOnly; SameSite=Lax' },
    );
  }
  if (at(/^\/auth\/sign_out$/, 'POST'))
    return json(response, 200, {}, { 'Set-Cookie': 'SESSION=; Path=/; Max-Age=0' });
  if (at(/^\/setup$/)) return json(response, 200, { needed: false });
  if (!signedIn) return fault(response, 401, 'not_signed_in', 'sign in, or send a token');
  if (at(/^\/me$/))
    return auth
      ? json(response, 200, {
          user_id: 'u1',
          email: 'ada@example.org',
          role: 'admin',
          name: 'Ada',
          must_change_password: false,
        })
      : fault(response, 401, 'not_signed_in', 'accounts are off');
  if (at(/^\/datasets$/)) return json(response, 200, sets.map(live));
  if (at(/^\/tasks$/)) {
    const all = tasks();
    return json(response, 200, { tasks: all, total: all.length, page: 1, page_size: 20 });
  }
  if (at(/^\/folders$/)) {
    const base = query.get('path') ?? '/data';
    return json(response, 200, {
      roots: ['/data'],
      path: base,
      parent: base === '/data' ? null : base.replace(/\/[^/]+$/, ''),
      folders: base.split('/').length > 4 ? [] : ['2024', '2025', 'harbour', 'scans'],
      n_files: 120,
    });
  }
  if (at(/^\/process\/preview$/))
    return json(response, 200, {
      found: 12_840,
      pictures: 12_480,
      ignored_by_reason: { not_a_picture: 340, video: 12, hidden: 8 },
      formats: { jpeg: 12_000, png: 480 },
      samples: ['a/IMG_0001.jpg', 'a/IMG_0002.jpg', 'b/scan 3.png'],
      complete: true,
    });
  if (at(/^\/process$/, 'POST')) {
    if (!query.get('path')?.startsWith('/data'))
      return json(response, 400, {
        status: 'error',
        message: `the server may not read ${query.get('path')}; it may read /data`,
      });
    const made = set(sets.length + 1, query.get('name') || 'New', 5000, {
      status: 'INDEXING',
      status_new: 'INDEXING',
    });
    sets = [made, ...sets];
    return json(response, 200, {
      status: 'success',
      message: 'indexing has begun',
      dataset_id: made.id,
      name: made.display_name,
    });
  }
  if (at(/^\/api_credentials\/keys$/)) return json(response, 200, { keys });
  if (at(/^\/api_credentials$/, 'POST')) {
    const { name, scope } = await body(request);
    const api_key = `vlk_${Math.random().toString(36).slice(2).padEnd(12, 'k')}${Math.random().toString(36).slice(2).padEnd(14, 'q')}`;
    keys = [
      {
        api_key,
        name,
        scope,
        created_at: new Date().toISOString(),
        expires_at: null,
        last_used_at: null,
        state: 'active',
      },
      ...keys,
    ];
    return json(response, 200, {
      api_key,
      api_secret: `vls_${'x'.repeat(43)}`,
      message: 'shown once',
    });
  }
  if ((m = at(/^\/api_credentials\/([^/]+)$/, 'DELETE'))) {
    keys = keys.filter((key) => key.api_key !== m[1]);
    return json(response, 200, {});
  }
  if ((m = at(/^\/api_credentials\/([^/]+)$/, 'PATCH'))) {
    const change = await body(request);
    keys = keys.map((key) => (key.api_key === m[1] ? { ...key, ...change } : key));
    return json(response, 200, {});
  }
  if (at(/^\/sessions$/))
    return json(response, 200, {
      sessions: [
        {
          id: 's1',
          created_at: new Date(started - 8e7).toISOString(),
          last_seen_at: new Date().toISOString(),
          user_agent: request.headers['user-agent'] ?? '',
          ip_address: '10.0.0.4',
          current: true,
        },
        {
          id: 's2',
          created_at: new Date(started - 9e8).toISOString(),
          last_seen_at: new Date(started - 2e8).toISOString(),
          user_agent: 'Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Safari/605.1',
          ip_address: '10.0.0.9',
          current: false,
        },
      ],
    });
  if (at(/^\/keycloak\/admin\/users$/))
    return json(response, 200, {
      users: users.filter((one) => one.username.includes(query.get('search') ?? '')),
      total: users.length,
    });
  if (at(/^\/admin\/audit$/))
    return json(response, 200, {
      items: ['session.begin', 'key.make', 'dataset.share'].map((action, id) => ({
        id,
        at: new Date(started - id * 7e6).toISOString(),
        actor: 'ada@example.org',
        action,
        target: id === 2 ? 'grace@example.org' : '',
        address: '10.0.0.4',
        details: '',
      })),
      next_cursor: null,
    });
  if ((m = at(/^\/manage\/([^/]+)\/share$/, 'PUT'))) {
    const { email, role } = await body(request);
    members = [...members.filter((one) => one.email !== email), { email, role }];
    return json(response, 200, null);
  }
  if ((m = at(/^\/manage\/[^/]+\/share\/(.+)$/, 'DELETE'))) {
    members = members.filter((one) => one.email !== decodeURIComponent(m[1]));
    return json(response, 200, null);
  }
  if ((m = at(/^\/manage\/([^/]+)\/share$/))) return json(response, 200, members);
  if ((m = at(/^\/manage\/([^/]+)\/invite$/, 'PUT'))) {
    const { grant_to_user_email: email } = await body(request);
    if (!users.some((one) => one.username === email))
      return fault(response, 404, 'user_not_found', `no account has the address ${email}`);
    members = [...members, { email, role: 'viewer' }];
    return json(response, 200, null);
  }
  m = /^\/dataset\/([^/]+)(\/.*)?$/.exec(path);
  const one = m && sets.find((candidate) => candidate.id === m[1]);
  if (!one)
    return fault(
      response,
      404,
      m ? 'dataset_not_found' : 'route_not_found',
      m ? `dataset not found: ${m[1]}` : `nothing answers ${method} ${path}`,
    );
  const rest = m[2] ?? '';
  if (method === 'DELETE' && rest === '') {
    sets = sets.filter((candidate) => candidate !== one);
    return json(response, 200, { deleted: true });
  }
  if (method === 'PATCH' && rest === '') {
    Object.assign(one, await body(request));
    return json(response, 200, live(one));
  }
  if (rest === '') return json(response, 200, live(one));
  if (rest === '/stats')
    return one.status_new === 'READY'
      ? json(response, 200, report(one))
      : fault(response, 404, 'report_not_found', 'the report is written when indexing is done');
  if (rest === '/media') return json(response, 200, first(one, Number(query.get('limit') ?? 100)));
  if (rest === '/grid')
    return json(response, 200, grid(one, query), { 'Cache-Control': 'private, no-cache' });
  if (rest === '/grid/shape') {
    response.writeHead(200, { 'Content-Type': 'application/octet-stream' });
    return response.end(shape(one, query));
  }
  if (rest === '/annotations')
    return json(response, 200, { warnings: [], files: [], problems: [], next_cursor: null });
  if (rest === '/facets') return json(response, 200, facets(one, query));
  if (rest === '/duplicates/plan') return json(response, 200, plan(one, query));
  if (rest === '/map') {
    response.writeHead(200, { 'Content-Type': 'application/octet-stream' });
    return response.end(map(one, query));
  }
  const place = /^\/map\/(\d+)$/.exec(rest);
  if (place) return json(response, 200, mapPicture(one, Number(place[1])));
  if (rest === '/exports') return json(response, 200, { exports: [], total: 0 });
  if (rest === '/views') return json(response, 200, { views: [] });
  if (rest === '/tags') return json(response, 200, { tags: [] });
  if (rest === '/duplicates') return json(response, 200, groups(one, query));
  if (rest === '/clusters') return json(response, 200, clusters(one, query));
  if (rest === '/rejected') {
    const items = rejected.filter(
      (file_) => !query.get('reason') || file_.reason === query.get('reason'),
    );
    return json(response, 200, { items, next_cursor: null });
  }
  if (/^\/media\/[^/]+\/similar$/.test(rest))
    return json(response, 200, {
      items: first(one, 12).items.map((card, at) => ({ ...card, distance: 0.05 + at * 0.02 })),
    });
  const part = /^\/media\/([^/]+)(?:\/(thumbnail|original|view))?$/.exec(rest);
  if (!part) return fault(response, 404, 'route_not_found', `nothing answers ${method} ${path}`);
  if (!part[2]) {
    const found = media(one, part[1]);
    return found
      ? json(response, 200, found)
      : fault(response, 404, 'media_not_found', `media not found: ${part[1]}`);
  }
  response.writeHead(200, {
    'Content-Type': 'image/png',
    'Cache-Control': 'private, max-age=31536000, immutable',
  });
  return response.end(bytes(part[1], part[2] === 'thumbnail' ? 256 : 1400));
}

createServer((request, response) => {
  const url = new URL(request.url, 'http://mock');
  const task = url.pathname.startsWith('/api/v1')
    ? api(request, response, url.pathname.slice(7), url.searchParams)
    : Promise.resolve(file(request, response, decodeURIComponent(url.pathname)));
  task.catch((cause) => fault(response, 500, 'internal', String(cause)));
}).listen(Number(process.env.PORT ?? 9999), '127.0.0.1', function listening() {
  console.log(`mock on http://127.0.0.1:${this.address().port}, accounts ${auth ? 'on' : 'off'}`);
});
