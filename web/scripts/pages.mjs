// Addresses of all pages against a running server, for the scripts that walk over them.
export async function pagesOf(base) {
  const listed = await (await fetch(`${base}/api/v1/datasets`)).json();
  const one = listed.find((found) => found.status_new === 'READY') ?? listed[0];
  if (!one) return { id: null, pages: { datasets: '/', new: '/new' } };
  const { id } = one;
  const grid = await (await fetch(`${base}/api/v1/dataset/${id}/grid?limit=1&offset=40`)).json();
  const some = await (await fetch(`${base}/api/v1/dataset/${id}/media?limit=1`)).json();
  const mediaId = grid.id?.[0] ?? some.items[0].media_id;
  const data = `/dataset/${id}/data`;
  return {
    id,
    pages: {
      datasets: '/',
      new: '/new?path=/data/harbour',
      tasks: '/tasks',
      account: '/account',
      grid: data,
      fitted: `${data}?layout=fitted&size=200`,
      filtered: `${data}?issue=blur:0.7-1&duplicates=none`,
      clusters: `${data}?view=clusters`,
      picture: `${data}/image/${mediaId}?at=40`,
      duplicates: `/dataset/${id}/duplicates`,
      rejected: `/dataset/${id}/rejected`,
      settings: `/dataset/${id}/settings`,
      empty: `${data}?q=nothing-has-this-name`,
      missing: '/dataset/00000000-0000-0000-0000-000000000000/data',
    },
  };
}
