import { readFileSync, writeFileSync } from 'node:fs';

/** What one service over one protocol came to. */
export interface Tally {
  readonly name: string;
  readonly protocol: string;
  readonly operations: number;
  readonly errors: number;
  readonly failures: readonly Failure[];
}

export interface Failure {
  /** e.g. `cloudwatch over awsQuery: GetDashboard` */
  readonly name: string;
  readonly kind: 'operation' | 'error';
  readonly reason: string;
}

const file = new URL('../../../docs/wire-coverage.md', import.meta.url);

/** The names of the failures the committed page owns up to. */
export function knownFailures(): ReadonlySet<string> {
  const names = readFileSync(file, 'utf8').matchAll(/^- `([^`]+)`/gm);
  return new Set([...names].map(([, name]) => name ?? ''));
}

/** Share of what was tried that arrived unchanged both ways, 0 to 1. */
export function successRate(tallies: readonly Tally[], kind: Failure['kind']): number {
  const tried = sum(tallies, (tally) => (kind === 'operation' ? tally.operations : tally.errors));
  return tried === 0 ? 0 : 1 - sum(tallies, (tally) => failuresOf(tally, kind)) / tried;
}

export function writeCoverage(tallies: readonly Tally[]): void {
  const failures = tallies.flatMap((tally) => tally.failures);
  const text = `# Wire coverage

For each operation of each service below, a random input goes through the real SDK client to Lambent's wire layer and
has to arrive unchanged, and a random output has to come back unchanged; each modelled error has to reach the client as
the same exception. This page is written by the test itself:

    LAMBENT_WRITE_COVERAGE=1 npx vitest run test/conformance/wire

It says what the wire understands, not what Lambent implements: an operation without a handler answers 501.

| Service | Protocol | Operations | Errors |
| --- | --- | --- | --- |
${tallies.map(row).join('\n')}
| **All** | | ${total(tallies, 'operation')} | ${total(tallies, 'error')} |

## What fails

${failures.length === 0 ? 'Nothing.' : failures.map(({ name, reason }) => `- \`${name}\`: ${reason}`).join('\n')}
`;
  writeFileSync(file, text);
}

function row(tally: Tally): string {
  const { name, protocol, operations, errors } = tally;
  const good = operations - failuresOf(tally, 'operation');
  const goodErrors = errors - failuresOf(tally, 'error');
  return `| ${name} | ${protocol} | ${good} of ${operations} | ${goodErrors} of ${errors} |`;
}

function total(tallies: readonly Tally[], kind: Failure['kind']): string {
  const tried = sum(tallies, (tally) => (kind === 'operation' ? tally.operations : tally.errors));
  return `${tried - sum(tallies, (tally) => failuresOf(tally, kind))} of ${tried}`;
}

function failuresOf(tally: Tally, kind: Failure['kind']): number {
  return tally.failures.filter((failure) => failure.kind === kind).length;
}

function sum<T>(items: readonly T[], valueOf: (item: T) => number): number {
  return items.reduce((subtotal, item) => subtotal + valueOf(item), 0);
}
