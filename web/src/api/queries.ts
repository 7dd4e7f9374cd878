/** Every question the pages ask, named once, so that they share answers. */
import { queryOptions } from '@tanstack/react-query';
import { ApiError, get, type Query } from './client';
import { isLive } from './live';
import type { ApiKey, Health, Me, Member, Session, User } from './people';
import { untilCounted } from './renew';
import type {
  Annotations,
  Card,
  ClusterPage,
  Dataset,
  Facets,
  Folders,
  Groups,
  ListedExport,
  Media,
  Report,
  SavedView,
  SourcePreview,
  Tag,
  Tasks,
} from './types';

/** How often what changes by itself is asked for again. */
const LIVE_MS = 2_000;
const CALM_MS = 30_000;

/** Where the server tells by itself, asking now and then is enough. */
const often = () => (isLive() ? 15_000 : LIVE_MS);

const works = (dataset: Dataset | undefined) =>
  dataset !== undefined && ['DRAFT', 'INDEXING', 'READ ONLY'].includes(dataset.status_new);

export const health = queryOptions({
  queryKey: ['health'],
  queryFn: ({ signal }) => get<Health>('/healthcheck', {}, signal),
  staleTime: Number.POSITIVE_INFINITY,
});

/** Nobody is an answer, not an error. */
export const me = queryOptions({
  queryKey: ['me'],
  queryFn: async ({ signal }) => {
    try {
      return await get<Me>('/me', {}, signal);
    } catch (cause) {
      if (cause instanceof ApiError && cause.status === 401) return null;
      throw cause;
    }
  },
  staleTime: 60_000,
});

/** Whether the first account is still to be made. */
export const setUp = queryOptions({
  queryKey: ['set-up'],
  queryFn: ({ signal }) => get<{ needed: boolean }>('/setup', {}, signal),
  retry: false,
});

export const datasets = queryOptions({
  queryKey: ['datasets'],
  queryFn: ({ signal }) => get<Dataset[]>('/datasets', {}, signal),
  refetchInterval: (query) => (query.state.data?.some(works) ? often() : CALM_MS),
});

export const dataset = (id: string) =>
  queryOptions({
    queryKey: ['dataset', id],
    queryFn: ({ signal }) => get<Dataset>(`/dataset/${id}`, {}, signal),
    refetchInterval: (query) => (works(query.state.data) ? often() : CALM_MS),
  });

export const report = (id: string) =>
  queryOptions({
    queryKey: ['dataset', id, 'stats'],
    queryFn: ({ signal }) => get<Report>(`/dataset/${id}/stats`, {}, signal),
    staleTime: LIVE_MS,
  });

export const facets = (id: string, filter: Query) =>
  queryOptions({
    queryKey: ['dataset', id, 'facets', filter],
    queryFn: ({ signal }) => get<Facets>(`/dataset/${id}/facets`, filter, signal),
    staleTime: CALM_MS,
    refetchInterval: untilCounted,
  });

export const clusters = (id: string, level: number, filter: Query, offset: number) =>
  queryOptions({
    queryKey: ['dataset', id, 'clusters', level, filter, offset],
    queryFn: ({ signal }) =>
      get<ClusterPage>(`/dataset/${id}/clusters`, { ...filter, level, offset, limit: 100 }, signal),
    staleTime: CALM_MS,
    refetchInterval: untilCounted,
  });

export const groups = (id: string, tier: string | undefined, offset: number, limit: number) =>
  queryOptions({
    queryKey: ['dataset', id, 'duplicates', tier, offset, limit],
    queryFn: ({ signal }) =>
      get<Groups>(`/dataset/${id}/duplicates`, { tier, offset, limit }, signal),
    staleTime: CALM_MS,
  });

export const media = (datasetId: string, mediaId: string) =>
  queryOptions({
    queryKey: ['dataset', datasetId, 'media', mediaId],
    queryFn: ({ signal }) => get<Media>(`/dataset/${datasetId}/media/${mediaId}`, {}, signal),
    staleTime: CALM_MS,
  });

/** The pictures most like one, the closest first. */
export const similar = (datasetId: string, mediaId: string, limit: number) =>
  queryOptions({
    queryKey: ['dataset', datasetId, 'similar', mediaId, limit],
    queryFn: ({ signal }) =>
      get<{ items: (Card & { distance: number })[] }>(
        `/dataset/${datasetId}/media/${mediaId}/similar`,
        { limit },
        signal,
      ),
    staleTime: CALM_MS,
    retry: false,
  });

export const tasks = (query: Query) =>
  queryOptions({
    queryKey: ['tasks', query],
    queryFn: ({ signal }) => get<Tasks>('/tasks', query, signal),
    refetchInterval: (running) =>
      running.state.data?.tasks.some((task) => !task.end_time) ? often() : 10_000,
  });

export const views = (id: string) =>
  queryOptions({
    queryKey: ['dataset', id, 'views'],
    queryFn: ({ signal }) => get<{ views: SavedView[] }>(`/dataset/${id}/views`, {}, signal),
  });

export const tags = (id: string) =>
  queryOptions({
    queryKey: ['dataset', id, 'tags'],
    queryFn: ({ signal }) => get<{ tags: Tag[] }>(`/dataset/${id}/tags`, {}, signal),
    staleTime: CALM_MS,
  });

export const exports = (id: string, offset: number, limit: number) =>
  queryOptions({
    queryKey: ['dataset', id, 'exports', offset, limit],
    queryFn: ({ signal }) =>
      get<{ exports: ListedExport[]; total: number }>(
        `/dataset/${id}/exports`,
        { offset, limit },
        signal,
      ),
    refetchInterval: (query) =>
      query.state.data?.exports.some((one) => ['INIT', 'IN_PROGRESS'].includes(one.status))
        ? 1_000
        : CALM_MS,
  });

/** Another number whenever tags may have changed. */
export const marks = (id: string) =>
  queryOptions({
    queryKey: ['dataset', id, 'marks'],
    queryFn: () => Date.now(),
    staleTime: Number.POSITIVE_INFINITY,
  });

/** What annotation files gave when they were read last; the first of what was wrong with them. */
export const annotations = (id: string) =>
  queryOptions({
    queryKey: ['dataset', id, 'annotation files'],
    queryFn: ({ signal }) => get<Annotations>(`/dataset/${id}/annotations`, { limit: 1 }, signal),
    staleTime: CALM_MS,
    retry: false,
  });

export const folders = (path: string | null) =>
  queryOptions({
    queryKey: ['folders', path],
    queryFn: ({ signal }) => get<Folders>('/folders', { path }, signal),
    staleTime: 5_000,
  });

export const preview = (path: string) =>
  queryOptions({
    queryKey: ['preview', path],
    queryFn: ({ signal }) => get<SourcePreview>('/process/preview', { path }, signal),
    staleTime: 5_000,
  });

export const keys = queryOptions({
  queryKey: ['keys'],
  queryFn: ({ signal }) => get<{ keys: ApiKey[] }>('/api_credentials/keys', {}, signal),
});

export const sessions = queryOptions({
  queryKey: ['sessions'],
  queryFn: ({ signal }) => get<{ sessions: Session[] }>('/sessions', {}, signal),
});

export const members = (id: string) =>
  queryOptions({
    queryKey: ['dataset', id, 'members'],
    queryFn: ({ signal }) => get<Member[]>(`/manage/${id}/share`, {}, signal),
  });

export const users = (search: string) =>
  queryOptions({
    queryKey: ['users', search],
    queryFn: ({ signal }) =>
      get<{ users: User[]; total: number }>(
        '/keycloak/admin/users',
        { search, max_results: 1000 },
        signal,
      ),
  });

/** With its version the answer may be kept for ever. */
export const thumbnail = (datasetId: string, mediaId: string, version?: string) =>
  `/api/v1/dataset/${datasetId}/media/${mediaId}/thumbnail${version ? `?v=${version}` : ''}`;

export const original = (datasetId: string, mediaId: string) =>
  `/api/v1/dataset/${datasetId}/media/${mediaId}/original`;

export const viewable = (datasetId: string, mediaId: string) =>
  `/api/v1/dataset/${datasetId}/media/${mediaId}/view`;
