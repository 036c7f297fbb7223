import { defineConfig } from 'vitest/config';

/** The window in a real browser: `vitest run --config vitest.e2e.config.ts`. Builds first; SPANSCOPE_E2E_BUILT=1 takes the build that is there. */
export default defineConfig({
  test: {
    include: ['tests/e2e/**/*.e2e.test.ts'],
    globalSetup: ['tests/e2e/build.ts'],
    env: { TZ: 'UTC', LC_ALL: 'C' },
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // one browser at a time: the machine that runs this has two cores
    fileParallelism: false,
  },
});
