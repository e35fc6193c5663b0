import { defineConfig } from 'vite';

export default defineConfig({
  base: '/',
  build: {
    target: 'es2022',
    // The allocator's policy has no `data:` source: every asset must be a file of its own.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});
