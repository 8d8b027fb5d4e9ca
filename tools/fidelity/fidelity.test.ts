import { describe, expect, test } from 'vitest';
import { readCatalogues } from './behaviour-catalogue.ts';
import { fidelityPage } from './fidelity-page.ts';
import { type Fidelity, judge, type TestResult } from './fidelity.ts';
import { fidelityLines } from './print-fidelity.ts';
import { behavioursInTitle, kebabCase, operationOfFile } from './test-names.ts';

const operations = ['Invoke', 'InvokeAsync', 'GetFunction', 'GetFunctionConfiguration'];

describe('test files', () => {
  test.each([
    ['test/conformance/lambda/invoke.test.ts', 'Invoke'],
    ['/somewhere/invoke-event.test.ts', 'Invoke'],
    ['invoke-async.test.ts', 'InvokeAsync'],
    ['get-function-configuration.test.ts', 'GetFunctionConfiguration'],
    ['get-function-configurations.test.ts', 'GetFunction'],
    ['invoker.test.ts', undefined],
  ])('%s is about %s', (file, operation) => {
    expect(operationOfFile(file, operations)).toBe(operation);
  });

  test('are named in kebab case', () => {
    expect(kebabCase('GetLayerVersionByArn')).toBe('get-layer-version-by-arn');
  });
});

describe('titles', () => {
  test.each([
    ['proves nothing', []],
    ['proves one [a-1]', ['a-1']],
    ['proves two [a] [b]', ['a', 'b']],
    ['proves three [a, b] [Invoke.c]', ['a', 'b', 'Invoke.c']],
    ['carries [1,2] [any-json]', ['any-json']],
    ['carries ["a"]', []],
    ['[a] comes first', []],
  ])('%s', (title, ids) => {
    expect(behavioursInTitle(title)).toEqual(ids);
  });
});

const catalogue = readCatalogues(
  new Map([
    [
      'invocation',
      'Invoke:\n  answer: Answers.\n  error: Fails.\n  later: Waits.\n  moon: { documented: Flies., refused: Nothing does. }\nInvokeAsync:\n  ok: Works.\n',
    ],
  ]),
  operations,
);

function judged(...tests: readonly [status: string, title: string][]): Fidelity {
  const assertionResults: TestResult[] = tests.map(([status, title]) => ({
    status,
    title,
    failureMessages: status === 'failed' ? ['It broke\n  at a line'] : [],
  }));
  const status = tests.some(([outcome]) => outcome === 'failed') ? 'failed' : 'passed';
  const report = { testResults: [{ name: '/x/invoke.test.ts', status, assertionResults }] };
  return judge(catalogue, report, ['Invoke', 'InvokeAsync']);
}

function verdictsOf({ operations: all }: Fidelity): Record<string, string> {
  return Object.fromEntries(
    all.flatMap(({ operation, behaviours }) =>
      behaviours.map(({ id, verdict }) => [`${operation}.${id}`, verdict]),
    ),
  );
}

describe('behaviours', () => {
  test('pass when their tests pass, and are uncovered without one that ran', () => {
    const fidelity = judged(['passed', 'a [answer] [InvokeAsync.ok]'], ['skipped', 'b [later]']);
    expect(fidelity.problems).toEqual([]);
    expect(verdictsOf(fidelity)).toEqual({
      'Invoke.answer': 'passes',
      'Invoke.error': 'uncovered',
      'Invoke.later': 'uncovered',
      'Invoke.moon': 'uncovered',
      'InvokeAsync.ok': 'passes',
    });
  });

  test.each([
    ['passed', 'refused'],
    ['failed', 'fails'],
  ])('that are not to be had are refused as far as their tests pass: %s', (status, verdict) => {
    expect(verdictsOf(judged([status, 'a [moon]']))['Invoke.moon']).toBe(verdict);
  });

  test.each([[['passed', 'failed']], [['failed', 'passed']], [['failed', 'skipped']]])(
    'fail when one of their tests does: %j',
    (statuses) => {
      const fidelity = judged(...statuses.map((status): [string, string] => [status, 'a [answer]']));
      expect(verdictsOf(fidelity)['Invoke.answer']).toBe('fails');
      expect(fidelity.problems).toEqual(['invoke.test.ts: a [answer]: It broke']);
    },
  );
});

describe('problems', () => {
  test('are ids that no catalogue knows', () => {
    const unknown = judged(['passed', 'a [anser]'], ['passed', 'b [GetFunction.ok]']);
    expect(unknown.problems).toEqual([
      'invoke.test.ts: no catalogue knows Invoke.anser',
      'invoke.test.ts: no catalogue knows GetFunction.ok',
    ]);
  });

  test('are files that do not run, ids without an operation, and operations without a catalogue', () => {
    const report = {
      testResults: [
        { name: '/x/invoke.test.ts', status: 'failed', message: 'no such module', assertionResults: [] },
        {
          name: '/x/other.test.ts',
          status: 'passed',
          assertionResults: [{ title: 'a [Invoke.answer] [error]', status: 'passed' }],
        },
      ],
    };
    expect(judge(catalogue, report, ['GetFunction', 'Invoke']).problems).toEqual([
      'invoke.test.ts does not run: no such module',
      'other.test.ts: no catalogue knows error',
      'GetFunction has no catalogue',
    ]);
  });
});

describe('the report', () => {
  const fidelity = judged(['passed', 'a [answer]'], ['failed', 'b [error]'], ['passed', 'c [moon]']);

  test('counts, and lists what is open', () => {
    const page = fidelityPage(fidelity);
    expect(page).toContain(
      '| Invoke | 4 | 2 | 1 | 1 |\n| InvokeAsync | 1 | 0 | 0 | 0 |\n| **All** | 5 | 2 | 1 | 1 |\n',
    );
    expect(page).toContain('## Refused\n\n### Invoke\n\n- `moon`: Flies. **Nothing does.**\n\n## Uncovered');
    expect(page).toContain('### Invoke\n\n- `error` **fails**: Fails.\n- `later`: Waits.\n');
  });

  test('is plain lines in a pipe and a table for a person', () => {
    expect(fidelityLines(fidelity, { isTTY: false })).toEqual([
      'Invoke\t4\t2\t1\t1',
      'InvokeAsync\t1\t0\t0\t0',
      'All\t5\t2\t1\t1',
    ]);
    const table = fidelityLines(fidelity, { isTTY: true }).join('\n');
    expect(table).toMatch(/Operation +documented +covered +passing +refused/);
    expect(table).toMatch(/Invoke +4 +2 +1 +1/);
    expect(table).toContain('b [error]: It broke');
  });

  test('says which operation has no catalogue', () => {
    const bare = judge(catalogue, { testResults: [] }, ['GetFunction']);
    expect(fidelityPage(bare)).toContain('| GetFunction | no catalogue | | | |');
    expect(fidelityLines(bare, { isTTY: false })[0]).toBe('GetFunction\tno catalogue');
  });
});
