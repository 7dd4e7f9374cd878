/// <reference types="vitest/config" />
import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig, type ProxyOptions } from 'vite';

// The server that `npm run dev` hands every /api call to: a running `lamina up`, or the mock.
const server = process.env.LAMINA_URL ?? 'http://127.0.0.1:2080';
// The server takes writes only from its own pages, so the proxy speaks as one of them.
const proxy: Record<string, ProxyOptions> = {
  '/api': {
    target: server,
    changeOrigin: true,
    configure: (made) => {
      made.on('proxyReq', (request) => {
        if (request.hasHeader('origin')) request.setHeader('origin', server);
      });
    },
  },
};

// A page is called by its folder, because most of them are in a file `page`.
const nameOf = (modules: readonly string[], name: string) => {
  const folder = /features\/([a-z-]+)\/page\.tsx$/.exec(modules.at(-1) ?? '')?.[1];
  return name === 'page' && folder ? folder : name;
};

export default defineConfig({
  plugins: [react(), tailwindcss()],
  server: { port: 5173, strictPort: true, proxy },
  preview: { port: 4173, strictPort: true, proxy },
  build: {
    target: 'es2022',
    cssCodeSplit: false,
    modulePreload: false,
    reportCompressedSize: false,
    chunkSizeWarningLimit: 800,
    // dist/ is committed and embedded in the binary: the names stay, so that git sees changes
    // and not new files, and the code of others moves only with the lock.
    rolldownOptions: {
      output: {
        entryFileNames: 'assets/index.js',
        chunkFileNames: (chunk) => `assets/${nameOf(chunk.moduleIds, chunk.name)}.js`,
        assetFileNames: 'assets/index[extname]',
        codeSplitting: { groups: [{ name: 'vendor', test: /node_modules/ }] },
      },
    },
  },
  test: { include: ['src/**/*.test.ts'], environment: 'node', fileParallelism: false },
});
