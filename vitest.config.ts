import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'cli/**/*.test.ts', 'tools/**/*.test.ts', 'test/**/*.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    pool: 'forks',
    maxWorkers: 4,
    // CI's machines are shared and stall at times; a test that needed its second try is marked in the report.
    retry: process.env['CI'] === undefined ? 0 : 1,
  },
});
