/**
 * How true Lambent is to Lambda, operation by operation: runs the conformance tests, joins them with the catalogues of
 * documented behaviours, prints the result and writes docs/fidelity.md.
 *
 *   npm run fidelity -- [--report FILE] [--json]
 *
 * `--report` takes the results of an earlier run (vitest's JSON reporter) instead of running the tests. Leaves with 1
 * when a test fails, a test names a behaviour no catalogue knows, or an operation has no catalogue.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { judge, type TestReport } from './fidelity.ts';
import { fidelityPage } from './fidelity-page.ts';
import { fidelityLines } from './print-fidelity.ts';
import { lambdaOperations, readBehaviours } from './read-behaviours.ts';

const root = join(import.meta.dirname, '../..');
const { values } = parseArgs({ options: { report: { type: 'string' }, json: { type: 'boolean' } } });

const report = values.report === undefined ? runTests() : readReport(values.report);
const fidelity = judge(readBehaviours(), report, lambdaOperations());
writeFileSync(join(root, 'docs/fidelity.md'), fidelityPage(fidelity));
const lines = values.json ? [JSON.stringify(fidelity, null, 2)] : fidelityLines(fidelity, process.stdout);
process.stdout.write(`${lines.join('\n')}\n`);
if (!process.stdout.isTTY) for (const problem of fidelity.problems) process.stderr.write(`${problem}\n`);
process.exitCode = fidelity.problems.length === 0 ? 0 : 1;

function runTests(): TestReport {
  const directory = mkdtempSync(join(tmpdir(), 'lambent-fidelity-'));
  const file = join(directory, 'report.json');
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  const reporters = ['--reporter=dot', '--reporter=json', `--outputFile.json=${file}`];
  process.stderr.write('Running the conformance tests of Lambda ...\n');
  process.once('exit', () => rmSync(directory, { recursive: true, force: true }));
  // Its status says that tests failed, which the report tells better; progress is for a person only.
  const progress = process.stderr.isTTY ? 2 : 'ignore';
  spawnSync(process.execPath, [vitest, 'run', 'test/conformance/lambda', ...reporters], {
    cwd: root,
    stdio: ['ignore', progress, progress],
  });
  return readReport(file);
}

function readReport(file: string): TestReport {
  if (!existsSync(file)) {
    process.stderr.write(`There is no report of the conformance tests in ${file}.\n`);
    process.exit(1);
  }
  return JSON.parse(readFileSync(file, 'utf8')) as TestReport;
}
