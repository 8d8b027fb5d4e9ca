// Runs every gate, the same locally and in CI. `npm run check`, or `npm run check -- lint unit` for some of them.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import process from 'node:process';

const root = dirname(import.meta.dirname);
const node24 = join(root, 'node_modules/node/bin/node');
const node = existsSync(node24) ? node24 : process.execPath;
/** With more than these something is broken, and a second try is a waste. */
const FILES_TRIED_AGAIN = 20;
const reports = mkdtempSync(join(tmpdir(), 'lambent-gates-'));
const tests = { passed: 0, failed: 0, skipped: 0 };

const bin = (name) => join(root, 'node_modules', name);
const vitest = (...filters) => [
  ...privatePostgres(),
  node,
  bin('vitest/vitest.mjs'),
  'run',
  '--reporter=default',
  `--reporter=${join(root, 'tools/gate-report.mjs')}`,
  ...filters,
];

/**
 * What is about environments, the machine, the calendar or other people's programs: where the state is kept makes no
 * difference to it.
 */
const withoutState = [
  '*-clients',
  'aws-cli',
  'cli',
  'cli-deploy',
  'clock-changes',
  'concurrency',
  'demo',
  'doctor',
  'environment-facts',
  'exact-concurrency',
  'examples',
  'extensions',
  'function-url-browser',
  'function-url-connections',
  'function-url-cors',
  'function-url-http2',
  'function-url-streaming',
  'installed-runtimes',
  'invocation-rates',
  'language-runtimes',
  'lifecycle',
  'network',
  'newcomer',
  'official-clients-*',
  'outcomes',
  'packages',
  'prepared-*',
  'runtimes',
  'settings',
  'telemetry',
  'terraform',
].map((file) => `--exclude=test/e2e/${file}.test.ts`);

const gates = {
  format: [bin('.bin/biome'), 'format', '.'],
  types: [node, bin('typescript/bin/tsc'), '-b'],
  lint: [node, bin('oxlint/bin/oxlint'), '--type-aware', '--deny-warnings'],
  'dead-code': [node, bin('knip/bin/knip.js')],
  tidy: [node, join(root, 'tools/tidy/main.ts')],
  // Whole paths: a word matches anywhere in a path, and "cli" is in many.
  unit: vitest(...['src', 'cli', 'tools'].map((folder) => join(root, folder, '/'))),
  conformance: vitest('test/conformance'),
  e2e: vitest('test/e2e'),
  security: vitest('test/security'),
  'security-as-user': vitest('test/security'),
  'e2e-postgres': vitest('test/e2e', ...withoutState),
  crash: vitest('test/crash'),
  load: vitest('test/load', 'test/simulation'),
};

/** "Nobody", who owns nothing. */
const ORDINARY_USER = 65534;
const variables = {
  'e2e-postgres': { LAMBENT_E2E_STORE: 'postgres' },
  'security-as-user': { LAMBENT_E2E_USER: String(ORDINARY_USER) },
};

const wanted = process.argv.slice(2);
for (const name of wanted) {
  if (!(name in gates)) {
    console.error(`No gate is called ${name}. There are: ${Object.keys(gates).join(', ')}.`);
    process.exit(1);
  }
}
const onPostgres = privatePostgres().length > 0 || process.env.LAMBENT_TEST_POSTGRES !== undefined;
const failed = [];
const failures = [];
const retried = [];
const times = [];
for (const [name, command] of Object.entries(gates)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  console.log(`\n== ${name}`);
  if (name === 'e2e-postgres' && !onPostgres) {
    console.log('skipped: no PostgreSQL server programs on this machine');
    continue;
  }
  const without = name === 'security-as-user' ? withoutUser() : undefined;
  if (without !== undefined) {
    console.log(`skipped: ${without}`);
    continue;
  }
  const started = performance.now();
  if (!run(name, command)) failed.push(name);
  times.push(`${name} ${((performance.now() - started) / 1000).toFixed(1)} s`);
}
rmSync(reports, { recursive: true, force: true });
console.log(`\ngates: ${times.join(', ')}`);
for (const test of retried) console.log(`passed at its second try: ${test}`);
for (const failure of failures) console.log(failure);
if (failed.length > 0) console.log(`failed: ${failed.join(', ')}`);
// Their first lines once more: of a long output the end is what is looked at.
for (const failure of failures)
  console.log(`  ${failure.trim().split('\n').slice(0, 2).join(': ').slice(0, 300)}`);
// One plain line that any CI can read.
console.log(`${tests.passed} passed, ${tests.failed + failed.length} failed, ${tests.skipped} skipped`);
process.exitCode = failed.length === 0 ? 0 : 1;

function environment(name) {
  return {
    ...variables[name],
    ...process.env,
    LAMBENT_GATE_REPORT: report(name),
    PATH: `${dirname(node)}${delimiter}${process.env.PATH}`,
  };
}

/** Why nothing can be run as an ordinary user besides; where the tests themselves are run by one, they all are. */
function withoutUser() {
  if (process.getuid?.() !== 0) return 'these tests are not run by root';
  const user = { uid: ORDINARY_USER, gid: ORDINARY_USER };
  const probe = spawnSync(
    node,
    ['-e', 'fs.accessSync(process.argv[1])', join(root, 'bin/lambent.mjs')],
    user,
  );
  return probe.status === 0 ? undefined : `an ordinary user cannot read ${root}`;
}

/** Store tests and the e2e suite also run on PostgreSQL, where its server programs are installed. */
function privatePostgres() {
  if (process.env.LAMBENT_TEST_POSTGRES) return [];
  const script = join(root, 'tools/private-postgres.mjs');
  const probe = spawnSync(node, [script, '--check'], { encoding: 'utf8' });
  if (probe.status === 0) return [node, script, '--'];
  if (!privatePostgres.said)
    console.log(`PostgreSQL tests are skipped: ${probe.stdout.trim() || probe.stderr.trim()}`);
  privatePostgres.said = true;
  return [];
}

/**
 * Whether the gate is passed. In CI the files of tests that failed are run once more: vitest tries a test again, but no
 * server that was not up in time for all tests of a file. All of them are, where an error cannot be told to be of any.
 * What needed it is named at the end.
 */
function run(name, command) {
  const first = spawnGate(name, command);
  const again = Object.keys(first.files).filter((file) => first.files[file].failures.length > 0);
  const isTold = again.length + first.outside.length > 0;
  if (first.passed || process.env.CI === undefined || !isTold || again.length > FILES_TRIED_AGAIN) {
    return count(name, first);
  }
  const isAll = first.outside.length > 0;
  console.log(`\n== ${name}: once more ${isAll ? 'all of it' : again.join(' ')}`);
  const filters = command.slice(0, command.indexOf('run') + 3);
  const second = spawnGate(name, isAll ? command : [...filters, ...again]);
  const mended = again.filter((file) => second.files[file]?.failures.length === 0);
  retried.push(...mended.map((file) => `${name}: ${file}: ${first.files[file].failures.join('\n')}`));
  retried.push(...first.outside.map((error) => `${name}: ${error}`));
  return count(name, { ...second, files: { ...first.files, ...second.files } });
}

/** Runs a gate's command: whether it succeeded, and what its tests reported, if it has any. */
function spawnGate(name, command) {
  rmSync(report(name), { force: true });
  const { status } = spawnSync(command[0], command.slice(1), {
    cwd: root,
    stdio: 'inherit',
    env: environment(name),
  });
  const told = existsSync(report(name)) ? JSON.parse(readFileSync(report(name), 'utf8')) : {};
  return { files: {}, outside: [], ...told, passed: status === 0 };
}

function count(name, { files, outside, passed }) {
  for (const [file, told] of Object.entries(files)) {
    for (const counted of Object.keys(tests)) tests[counted] += told[counted];
    failures.push(...told.failures.map((failure) => `\n${name}: ${file}: ${failure}`));
    retried.push(...told.retried.map((test) => `${name}: ${file}: ${test}`));
  }
  failures.push(...outside.map((error) => `\n${name}: ${error}`));
  return passed;
}

function report(name) {
  return join(reports, `${name}.json`);
}
