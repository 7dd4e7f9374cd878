/** The one place that speaks HTTP. */

/** What the server said when it did not do what was asked. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly requestId: string | null;

  constructor(status: number, code: string, detail: string, requestId: string | null) {
    super(detail);
    this.name = 'ApiError';
    this.status = status;
    this.code = code;
    this.requestId = requestId;
  }
}

/** Whether the server cannot do this at all, whatever stands in the request. */
export const unknownRoute = (cause: unknown): boolean =>
  cause instanceof ApiError && ['route_not_found', 'method_not_allowed'].includes(cause.code);

type Value = string | number | boolean | null | undefined;

/** Anything that can stand behind `?`: lists are repeated, nothing is left out. */
export type Query = Readonly<Record<string, Value | readonly Value[]>>;

export function queryString(query: Query): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== null && one !== undefined && one !== '') params.append(name, String(one));
    }
  }
  const text = params.toString();
  return text === '' ? '' : `?${text}`;
}

interface Call {
  readonly method?: string;
  readonly query?: Query;
  readonly json?: unknown;
  readonly form?: FormData;
  readonly signal?: AbortSignal;
}

/** Puts an error answer into words; the server's own where it sent some. */
export function fault(status: number, body: unknown, requestId: string | null): ApiError {
  const said = typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
  const code = typeof said.code === 'string' ? said.code : `http_${status}`;
  const id = typeof said.request_id === 'string' ? said.request_id : requestId;
  let detail = `the server answered with status ${status} and no explanation`;
  if (typeof said.detail === 'string') detail = said.detail;
  else if (Array.isArray(said.detail)) {
    detail = said.detail
      .map((one) => `${(one.loc ?? []).slice(1).join('.')}: ${one.msg}`)
      .join('; ');
  } else if (typeof said.message === 'string') detail = said.message;
  return new ApiError(status, code, detail, id);
}

/** Whether the server is still making what was asked for; a proxy's 503 says nothing of that. */
export const isMaking = (cause: unknown): boolean =>
  cause instanceof ApiError && (cause.status === 202 || cause.code === 'busy');

async function call(path: string, options: Call): Promise<Response> {
  const init: RequestInit = {
    method: options.method ?? 'GET',
    credentials: 'same-origin',
    headers: { Accept: 'application/json' },
  };
  if (options.signal) init.signal = options.signal;
  if (options.json !== undefined) {
    init.headers = { ...init.headers, 'Content-Type': 'application/json' };
    init.body = JSON.stringify(options.json);
  }
  if (options.form) init.body = options.form;
  let answer: Response;
  try {
    answer = await fetch(`/api/v1${path}${queryString(options.query ?? {})}`, init);
  } catch (cause) {
    if (options.signal?.aborted) throw cause;
    throw new ApiError(
      0,
      'unreachable',
      'the server cannot be reached; is it still running?',
      null,
    );
  }
  if (!answer.ok) {
    const body: unknown = await answer.json().catch(() => null);
    throw fault(answer.status, body, answer.headers.get('x-request-id'));
  }
  return answer;
}

export async function get<T>(path: string, query: Query = {}, signal?: AbortSignal): Promise<T> {
  const answer = await call(path, signal ? { query, signal } : { query });
  return (await answer.json()) as T;
}

export async function getBytes(path: string, query: Query, signal?: AbortSignal) {
  const answer = await call(path, signal ? { query, signal } : { query });
  if (answer.status === 202) {
    throw new ApiError(202, 'being_made', 'this is being made; it is there in a moment', null);
  }
  return new Uint8Array(await answer.arrayBuffer());
}

export async function send<T>(
  method: 'POST' | 'PUT' | 'PATCH' | 'DELETE',
  path: string,
  body?: unknown,
  query: Query = {},
): Promise<T> {
  const sent = body instanceof FormData ? { form: body } : body === undefined ? {} : { json: body };
  const answer = await call(path, { method, query, ...sent });
  const text = await answer.text();
  return (text === '' ? null : JSON.parse(text)) as T;
}

/** Sends a form with files, whose answer has no body. */
export async function sendForm(path: string, form: FormData, signal: AbortSignal): Promise<void> {
  await call(path, { method: 'POST', form, signal });
}
