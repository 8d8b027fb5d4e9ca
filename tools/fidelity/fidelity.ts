import type { Catalogue, DocumentedBehaviour } from './behaviour-catalogue.ts';
import { behavioursInTitle, operationOfFile } from './test-names.ts';

/** What Fidelity reads of vitest's JSON report. */
export interface TestReport {
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly message?: string;
    readonly assertionResults: readonly TestResult[];
  }[];
}

export interface TestResult {
  readonly title: string;
  readonly status: string;
  readonly failureMessages?: readonly string[] | null;
}

/**
 * A behaviour no test proves is uncovered; one of whose tests any fails is failing. Of a behaviour that is not to be
 * had, tests show that it is refused.
 */
export type Verdict = 'passes' | 'fails' | 'refused' | 'uncovered';

export interface Behaviour extends DocumentedBehaviour {
  readonly id: string;
  readonly verdict: Verdict;
}

export interface OperationFidelity {
  readonly operation: string;
  /** Undefined for an operation without a catalogue. */
  readonly resource: string | undefined;
  readonly behaviours: readonly Behaviour[];
}

export interface Fidelity {
  /** All operations by name. */
  readonly operations: readonly OperationFidelity[];
  /** Why the report is no good news: failing tests, unknown ids, operations without a catalogue. */
  readonly problems: readonly string[];
}

/** Joins what is documented with what the tests of a run have shown. */
export function judge(catalogue: Catalogue, report: TestReport, operations: readonly string[]): Fidelity {
  const problems = [...catalogue.problems];
  const verdicts = new Map<string, Verdict>();
  for (const file of report.testResults) {
    const name = file.name.split('/').at(-1) ?? file.name;
    const about = operationOfFile(file.name, operations);
    // A file that cannot be loaded has no tests that could fail.
    if (file.status === 'failed' && !file.assertionResults.some(failed)) {
      problems.push(`${name} does not run: ${firstLine(file.message)}`);
    }
    for (const test of file.assertionResults) {
      if (failed(test)) problems.push(`${name}: ${test.title}: ${firstLine(test.failureMessages?.[0])}`);
      for (const id of behavioursInTitle(test.title)) {
        // Tests of many operations at once are named after none and give the operation with the id.
        const full = id.includes('.') || about === undefined ? id : `${about}.${id}`;
        if (documented(catalogue, full)) verdicts.set(full, worse(verdicts.get(full), test.status));
        else problems.push(`${name}: no catalogue knows ${full}`);
      }
    }
  }
  const judged = operations
    .toSorted((a, b) => (a < b ? -1 : 1))
    .map((operation) => operationFidelity(catalogue, operation, verdicts));
  for (const { operation, resource } of judged) {
    if (resource === undefined) problems.push(`${operation} has no catalogue`);
  }
  return { operations: judged, problems };
}

export function countOf(behaviours: readonly Behaviour[], verdict: Verdict): number {
  return behaviours.filter((behaviour) => behaviour.verdict === verdict).length;
}

/** Of behaviours that are to be had, those a test names. */
export function coveredOf(behaviours: readonly Behaviour[]): number {
  return countOf(behaviours, 'passes') + countOf(behaviours, 'fails');
}

function operationFidelity(
  catalogue: Catalogue,
  operation: string,
  verdicts: ReadonlyMap<string, Verdict>,
): OperationFidelity {
  const entry = catalogue.operations.get(operation);
  const behaviours = [...(entry?.behaviours ?? [])].map(([id, behaviour]): Behaviour => {
    const shown = verdicts.get(`${operation}.${id}`) ?? 'uncovered';
    return { id, ...behaviour, verdict: behaviour.refused && shown === 'passes' ? 'refused' : shown };
  });
  return { operation, resource: entry?.resource, behaviours };
}

function documented(catalogue: Catalogue, full: string): boolean {
  const [operation = '', id = ''] = full.split('.');
  return catalogue.operations.get(operation)?.behaviours.has(id) ?? false;
}

/** Skipped tests show nothing, and one failing test is not made good by others. */
function worse(sofar: Verdict | undefined, status: string): Verdict {
  if (sofar === 'fails' || status === 'failed') return 'fails';
  return status === 'passed' ? 'passes' : (sofar ?? 'uncovered');
}

function failed(test: TestResult): boolean {
  return test.status === 'failed';
}

function firstLine(text: string | undefined): string {
  return text?.split('\n')[0] ?? 'no reason given';
}
