// Addresses of all pages of a running server, for the scripts that walk over them.
//
// Where the server has accounts, LAMINA_EMAIL and LAMINA_PASSWORD sign in. LAMINA_DATASET names
// the dataset, by default the first; LAMINA_FOLDER a folder of the server.
export async function pagesOf(browser, base) {
  const read = async (path) => (await browser.request.get(`${base}/api/v1${path}`)).json();
  const pages = {
    datasets: '/',
    new: `/new?path=${process.env.LAMINA_FOLDER ?? '/data/harbour'}`,
    tasks: '/tasks',
    account: '/account',
  };
  if ((await read('/healthcheck')).authentication === 'on') {
    const { LAMINA_EMAIL: username, LAMINA_PASSWORD: password } = process.env;
    await browser.request.post(`${base}/api/v1/auth`, {
      data: { username, password },
      headers: { origin: base },
    });
    Object.assign(pages, {
      'sign-in': '/sign-in',
      'set-up': '/set-up#token',
      users: '/admin/users',
      audit: '/admin/audit',
    });
  }
  const listed = await read('/datasets');
  const ready = listed.filter((found) => found.status_new === 'READY');
  const named = (found) => found.display_name === process.env.LAMINA_DATASET;
  const one = ready.find(named) ?? ready[0] ?? listed[0];
  if (!one) return pages;
  const data = `/dataset/${one.id}/data`;
  const grid = await read(`/dataset/${one.id}/grid?limit=1&offset=40`);
  const first = grid.id?.[0] ?? (await read(`/dataset/${one.id}/media?limit=1`)).items[0]?.media_id;
  return {
    ...pages,
    grid: data,
    fitted: `${data}?layout=fitted&size=200`,
    filtered: `${data}?issue=blur:0.7-1&duplicates=none`,
    clusters: `${data}?view=clusters`,
    objects: `${data}?view=objects`,
    picture: `${data}/image/${first}?at=40`,
    duplicates: `/dataset/${one.id}/duplicates`,
    map: `/dataset/${one.id}/map`,
    'map-labels': `/dataset/${one.id}/map?colour=label`,
    views: `/dataset/${one.id}/views`,
    exports: `/dataset/${one.id}/exports`,
    like: `${data}?like=media:${first}`,
    rejected: `/dataset/${one.id}/rejected`,
    settings: `/dataset/${one.id}/settings`,
    empty: `${data}?q=nothing-has-this-name`,
    missing: '/dataset/00000000-0000-0000-0000-000000000000/data',
  };
}
