import { defineConfig } from 'vitest/config';

/** Packs the application around a stand-in for Electron; a run of its own, since it takes a build. */
export default defineConfig({ test: { include: ['tests/packaging/**/*.test.ts'], testTimeout: 60_000 } });
