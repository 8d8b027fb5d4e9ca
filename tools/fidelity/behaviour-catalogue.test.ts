import { describe, expect, test } from 'vitest';
import { readCatalogues } from './behaviour-catalogue.ts';
import { behavioursInTests } from './behaviours-in-tests.ts';
import { lambdaOperations, readBehaviours } from './read-behaviours.ts';

const known = ['Invoke', 'GetFunction'];

function problemsOf(files: Record<string, string>): readonly string[] {
  return readCatalogues(new Map(Object.entries(files)), known).problems;
}

describe('the catalogues in the repository', () => {
  test('are in order, and describe every operation of Lambda', () => {
    const { operations, problems } = readBehaviours();
    expect(problems).toEqual([]);
    expect(lambdaOperations().filter((operation) => !operations.has(operation))).toEqual([]);
  });

  test('know every behaviour that a test names', () => {
    const named = [...behavioursInTests()];
    const { operations } = readBehaviours();
    const isKnown = ([operation = '', id = '']: readonly string[]): boolean =>
      operations.get(operation)?.behaviours.has(id) ?? false;
    const unknown = named.filter(({ full }) => !isKnown(full.split('.')));
    expect(named.length).toBeGreaterThan(500);
    expect(unknown).toEqual([]);
  });
});

describe('a catalogue', () => {
  test('gives every operation its behaviours', () => {
    const { operations, problems } = readCatalogues(
      new Map([['invocation', 'Invoke:\n  answer: The answer is 200.\n  no-payload: "It gets {}."\n']]),
      known,
    );
    expect(problems).toEqual([]);
    expect(operations.get('Invoke')).toEqual({
      resource: 'invocation',
      behaviours: new Map([
        ['answer', { sentence: 'The answer is 200.' }],
        ['no-payload', { sentence: 'It gets {}.' }],
      ]),
    });
  });

  test('says what is refused, and why', () => {
    const entry = '  moon: { documented: It runs there., refused: Nothing here does. }\n';
    const { operations, problems } = readCatalogues(new Map([['a', `Invoke:\n${entry}`]]), known);
    expect(problems).toEqual([]);
    expect(operations.get('Invoke')?.behaviours.get('moon')).toEqual({
      sentence: 'It runs there.',
      refused: 'Nothing here does.',
    });
  });

  test.each([
    ['Invoked:\n  answer: Yes.\n', 'a.yaml: there is no operation Invoked'],
    ['Invoke:\n  Answer: Yes.\n', 'a.yaml: Invoke: Answer is not in kebab case'],
    ['Invoke:\n  answer: 200\n', 'a.yaml: Invoke: answer is not a sentence'],
    ['Invoke:\n  answer: It answers\n', 'a.yaml: Invoke: answer is not a sentence'],
    ['Invoke:\n  answer: { documented: Yes. }\n', 'a.yaml: Invoke: answer is not a sentence'],
    ['Invoke:\n  answer: { documented: Yes., refused: no }\n', 'a.yaml: Invoke: answer is not a sentence'],
    ['Invoke: [answer]\n', 'a.yaml: Invoke: not a map of ids to sentences'],
    ['', 'a.yaml: not a map of operations'],
  ])('is told what is wrong: %j', (text, problem) => {
    expect(problemsOf({ a: text })).toEqual([problem]);
  });

  test('is told of a line that is no YAML, and of ids given twice', () => {
    expect(problemsOf({ a: 'Invoke:\n  a: one: two\n' })).toEqual([expect.stringMatching(/^a\.yaml: /)]);
    expect(problemsOf({ a: 'Invoke:\n  a: One.\n  a: Two.\n' })).toEqual([
      expect.stringMatching(/^a\.yaml: .*unique/),
    ]);
  });

  test('has an operation for itself', () => {
    const invoke = 'Invoke:\n  answer: Yes.\n';
    expect(problemsOf({ a: invoke, b: invoke })).toEqual(['b.yaml: Invoke is in a.yaml']);
  });
});
