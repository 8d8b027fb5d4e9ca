import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files that take a minute and more: begun first, none of them is left alone at the end. */
const SLOW =
  /\/(?:terraform|terraform-triggers|installed-runtimes|aws-cli|leaks-\w+|kills-\w+|kill-nine|everything-killed|limits|attacks|recursion|canary)\.test\.ts$/;

/** CI's machines are shared and stall at times. */
const CI = process.env['CI'] !== undefined;

class SlowFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isSlow = ({ moduleId }: TestSpecification): boolean => SLOW.test(moduleId);
    return [...sorted.filter(isSlow), ...sorted.filter((file) => !isSlow(file))];
  }
}

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'cli/**/*.test.ts', 'tools/**/*.test.ts', 'test/**/*.test.ts'],
    testTimeout: CI ? 60_000 : 30_000,
    hookTimeout: CI ? 120_000 : 60_000,
    pool: 'forks',
    maxWorkers: 4,
    sequence: { sequencer: SlowFirst },
    expect: { poll: { timeout: 25_000 } },
    // A test that needed its second try is marked in the report.
    retry: CI ? 1 : 0,
  },
});
