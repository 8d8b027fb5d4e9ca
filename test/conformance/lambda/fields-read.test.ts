import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { serviceModel } from '../../../src/aws/schema/service-model.ts';
import { declaredFields } from '../../../tools/api-support/field-support.ts';
import { inputFields, outputFields } from '../../../tools/api-support/operation-fields.ts';
import { readSupportTable, supportByOperation } from '../../../tools/api-support/support-table.ts';
import { requestFunctions } from '../../support/function-requests.ts';
import { fieldsSet, ObservedInput, valueAt } from '../../support/observed-input.ts';
import { type ObservedServer, startObservedServer } from '../../support/observed-server.ts';
import { requestResources } from '../../support/resource-requests.ts';

/**
 * No field is accepted without being looked at: every operation is called with every field that docs/api-support.md
 * does not call refused, and each field of a request that succeeds has to have been asked for by name.
 */

let server: ObservedServer;

beforeAll(async () => {
  server = await startObservedServer();
  const functionName = await requestFunctions(server.lambda);
  await requestResources(server.lambda, functionName);
});

afterAll(async () => {
  await server.stop();
});

/** Fields that mean nothing in some requests, as `Operation.Field` of the request's kind, and why. */
const MEANINGLESS: readonly (readonly [field: string, kind: string, why: string])[] = [
  ['Invoke.LogType', 'Event', 'AWS takes it and sends no log'],
  ['Invoke.ClientContext', 'Event', 'AWS takes it and hands it to nobody'],
  ['Invoke.LogType', 'DryRun', 'nothing runs'],
  ['Invoke.ClientContext', 'DryRun', 'nothing runs'],
  ['InvokeWithResponseStream.LogType', 'DryRun', 'nothing runs'],
  ['InvokeWithResponseStream.ClientContext', 'DryRun', 'nothing runs'],
];

/** Answered with something else than was sent, by their nature. */
const ANSWERED_ANEW: ReadonlySet<string> = new Set(['RevisionId', 'Payload']);

const model = serviceModel('lambda');
const operations = [...supportByOperation(readSupportTable())].filter(
  ([, support]) => support['refused-whole'] === undefined,
);

describe('fields of requests that succeed', () => {
  test.each(operations)('%s asks for each of them by name', (name, support) => {
    const known = new Set(inputFields(model, name).map(({ path }) => path));
    const observed = server.observations.filter(({ operation }) => operation === name);
    const unread = observed.flatMap(({ input, read }) => {
      const kind = 'InvocationType' in input ? input.InvocationType : undefined;
      return fieldsSet(input, known).filter(
        (path) =>
          !read.has(path) &&
          !support.idle.includes(path) &&
          !MEANINGLESS.some(([field, of]) => field === `${name}.${path}` && of === kind),
      );
    });
    expect(unread).toEqual([]);
  });

  test.each(operations)('%s is called with all it does not refuse', (name, support) => {
    const declared = [...declaredFields(name, support)];
    const wanted = declared.flatMap(([path, { kind }]) =>
      kind === 'works' || kind === 'descriptive' ? [path] : [],
    );
    const known = new Set(inputFields(model, name).map(({ path }) => path));
    const observed = server.observations.filter(({ operation }) => operation === name);
    const sent = new Set(observed.flatMap(({ input }) => fieldsSet(input, known)));
    expect(observed.length).toBeGreaterThan(0);
    expect(wanted.filter((path) => !sent.has(path))).toEqual([]);
  });

  test.each(operations)('%s answers with what it was given, where its answer has the field', (name) => {
    const leaves = inputFields(model, name).filter(({ isLeaf }) => isLeaf);
    const answered = outputFields(model, name).filter(({ isLeaf }) => isLeaf);
    const observed = server.observations.filter(({ operation }) => operation === name);
    for (const { path } of leaves) {
      // Some answers hold everything in one member, like CodeSigningConfig.
      const shown = answered.find((field) => field.path === path || field.path.endsWith(`Config.${path}`));
      if (shown === undefined || ANSWERED_ANEW.has(path)) continue;
      for (const { input, output } of observed) {
        const given = valueAt(input, path);
        if (given !== undefined) expect([path, valueAt(output, shown.path)]).toEqual([path, given]);
      }
    }
  });
});

test('going through all members asks for none by name, and a nested one is seen wherever it goes', () => {
  const observation = new ObservedInput({
    Name: 'a',
    Config: { Mode: 'b', Other: 'c' },
    List: [{ Key: 'd' }],
  });
  const copy = { ...observation.input } as { Config: { Mode: string }; List: { Key: string }[] };
  expect([...observation.read]).toEqual([]);
  expect([copy.Config.Mode, copy.List[0]?.Key]).toEqual(['b', 'd']);
  expect([...observation.read]).toEqual(['Config.Mode', 'List.Key']);
});
