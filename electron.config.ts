import { resolve } from 'node:path';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'electron-vite';

const root = import.meta.dirname;

/**
 * One build for all shells: `out/main` holds the Electron main process, the command line and the parse worker as separate entries over shared chunks;
 * `out/preload` the bridge (CommonJS, since a sandboxed preload can be nothing else); `out/renderer` the window.
 */
export default defineConfig({
  main: {
    build: {
      outDir: 'out/main',
      sourcemap: false,
      rolldownOptions: {
        input: {
          electron: resolve(root, 'src-main/shells/electron/main.ts'),
          cli: resolve(root, 'src-main/shells/cli/entry.ts'),
          'parse-worker': resolve(root, 'src-main/workers/parse-worker.ts'),
          'ahead-worker': resolve(root, 'src-main/workers/ahead-worker.ts'),
        },
        output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
      },
    },
  },
  preload: {
    build: {
      outDir: 'out/preload',
      rolldownOptions: {
        input: { preload: resolve(root, 'src-main/shells/electron/preload.ts') },
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: resolve(root, 'src-renderer'),
    plugins: [svelte()],
    build: {
      outDir: resolve(root, 'out/renderer'),
      modulePreload: { polyfill: false },
      assetsInlineLimit: 0,
      rolldownOptions: { input: resolve(root, 'src-renderer/index.html') },
    },
  },
});
