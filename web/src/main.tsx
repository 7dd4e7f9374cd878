import './styles.css';
import { Tooltip } from '@base-ui/react/tooltip';
import { MutationCache, QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { ApiError } from './api/client';
import { applyTheme } from './features/shell/theme';
import { router } from './router';
import { Toasts } from './ui/toast';

applyTheme();
// Scripts run, so whatever chose the plain pages counts no more.
// biome-ignore lint/suspicious/noDocumentCookie: the server reads it, and Cookie Store is not everywhere
document.cookie = 'LAMINA_PAGES=; Path=/; SameSite=Lax; Max-Age=0';

const signedOut = (cause: unknown) => cause instanceof ApiError && cause.status === 401;

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      // What the server refused it will refuse again; what did not arrive may.
      retry: (count, cause) =>
        count < 2 && !(cause instanceof ApiError && cause.status >= 400 && cause.status < 500),
      staleTime: 5_000,
    },
  },
  mutationCache: new MutationCache({
    onError: (cause) => {
      if (signedOut(cause)) queries.invalidateQueries({ queryKey: ['me'] });
    },
  }),
});

queries.getQueryCache().subscribe(({ query }) => {
  // A session that ended anywhere brings the sign-in page, once.
  if (signedOut(query.state.error) && query.queryKey[0] !== 'me') {
    if (queries.getQueryData(['me'])) queries.setQueryData(['me'], null);
  }
});

createRoot(document.getElementById('root') as HTMLElement).render(
  <StrictMode>
    <QueryClientProvider client={queries}>
      <Tooltip.Provider delay={400}>
        <Toasts>
          <RouterProvider router={router} />
        </Toasts>
      </Tooltip.Provider>
    </QueryClientProvider>
  </StrictMode>,
);
