import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { serviceModel } from '../../src/aws/schema/service-model.ts';
import { behavioursInTests } from '../fidelity/behaviours-in-tests.ts';
import { readBehaviours } from '../fidelity/read-behaviours.ts';
import { declaredFields, supportOf } from './field-support.ts';
import { inputFields, operationNames } from './operation-fields.ts';
import { renderPage } from './page.ts';
import { readSupportTable, supportByOperation } from './support-table.ts';
import { covers, fieldsOf, FOLDERS, OTHER_SERVICES, readReasons, unnamedIn } from './unnamed-fields.ts';

const root = join(import.meta.dirname, '../..');
const model = serviceModel('lambda');
const table = readSupportTable();
const operations = supportByOperation(table);

describe('the support table', () => {
  test('lists every operation of the model, once, and no other', () => {
    const listed = [...table.values()].flatMap((resource) => Object.keys(resource));
    expect(listed.toSorted()).toEqual(operationNames(model).toSorted());
  });

  test.each([...operations])('%s lists every field of its input, and no other', (name, support) => {
    const declared = declaredFields(name, support);
    const fields = inputFields(model, name);
    const unlisted = fields.filter((field) => supportOf(field, support, declared) === undefined);
    expect(unlisted.map(({ path }) => path)).toEqual([]);
    const known = new Set(fields.map(({ path }) => path));
    const named = [...declared.keys(), ...Object.keys(support.limits)];
    expect(named.filter((path) => !known.has(path))).toEqual([]);
    const listed = [
      ...support.works,
      ...Object.values(support.proven).flat(),
      ...support.descriptive,
      ...support.idle,
      ...Object.keys(support.refused),
    ];
    expect(listed.length).toBe(declared.size);
  });

  test.each([...operations])('%s names tests that are there and know the field', (name, support) => {
    const proven = [...declaredFields(name, support)].flatMap(([path, found]) =>
      found.kind === 'works' ? [[path, found.proof] as const] : [],
    );
    const limits = Object.values(support.limits).flatMap(({ proof }) => proof ?? []);
    const missing = [...limits, ...proven.map(([, proof]) => proof)].filter((proof) => !isThere(proof));
    expect(missing).toEqual([]);
    for (const [path, proof] of proven.filter(([, named]) => named.endsWith('.test.ts'))) {
      const text = readFileSync(testFile(proof), 'utf8').toLowerCase();
      const words = path.toLowerCase().split('.').slice(-2);
      expect(
        words.some((word) => text.includes(word)),
        `${proof} knows ${name}.${path}`,
      ).toBe(true);
    }
  });

  test('has a good request for every operation it says is refused', () => {
    const without = [...operations].filter(
      ([, support]) =>
        support.request === undefined &&
        (support['refused-whole'] !== undefined || Object.keys(support.refused).length > 0),
    );
    expect(without.map(([name]) => name)).toEqual([]);
  });

  test('has a short list of what is kept and returned only', () => {
    const names = [...operations.values()].flatMap(({ descriptive }) => descriptive);
    expect([...new Set(names)].toSorted()).toEqual(['Description', 'LicenseInfo', 'Tags']);
  });

  test('only lets fields be idle where it says why', () => {
    const unexplained = [...operations].filter(
      ([, support]) => support.idle.length > 0 && support['nothing-there'] === undefined,
    );
    expect(unexplained.map(([name]) => name)).toEqual([]);
  });
});

const unnamed = readReasons('unnamed-fields.yaml');
const kept = readReasons('kept-fields.yaml');

describe('services beside Lambda', () => {
  test('are all asked', () => {
    const folders = readdirSync(join(root, 'src/services')).filter((folder) => folder !== 'lambda');
    expect(folders.toSorted()).toEqual([...new Set(Object.values(FOLDERS))].toSorted());
  });

  test.each(OTHER_SERVICES)('%s names every field it is asked with, or a reason is given', (service) => {
    const reasons = Object.keys(unnamed[service] ?? {});
    const fields = unnamedIn(service);
    expect(
      fields.filter((field) => !reasons.some((reason) => covers(reason, field))),
      'what answers these operations never names these fields: give them their effect, refuse them by name, or say in ' +
        'tools/api-support/unnamed-fields.yaml why nothing has to be done',
    ).toEqual([]);
    expect(
      reasons.filter((reason) => !fields.some((field) => covers(reason, field))),
      'these are named by now: take them out of tools/api-support/unnamed-fields.yaml',
    ).toEqual([]);
  });

  test.each(Object.entries(kept))('%s has the fields that are only kept', (service, fields) => {
    const known = fieldsOf(OTHER_SERVICES.find((other) => other === service) ?? 'sqs');
    expect(Object.keys(fields).filter((field) => !known.has(field))).toEqual([]);
  });
});

test('docs/api-support.md is up to date (npm run api-support)', () => {
  expect(readFileSync(join(root, 'docs/api-support.md'), 'utf8')).toBe(
    renderPage(model, table, { unnamed, kept }),
  );
});

const { operations: catalogue } = readBehaviours();
const shown = new Set([...behavioursInTests()].map(({ full }) => full));

/** A test file, or a behaviour that is documented and that a test names. */
function isThere(proof: string): boolean {
  if (proof.endsWith('.test.ts')) return existsSync(testFile(proof));
  const [operation = '', id = ''] = proof.split('.');
  return shown.has(proof) && catalogue.get(operation)?.behaviours.has(id) === true;
}

/** Files of test/conformance/lambda by their name, those of other suites by their path. */
function testFile(proof: string): string {
  if (proof.startsWith('src/')) return join(root, proof);
  return join(root, 'test', proof.includes('/') ? proof : `conformance/lambda/${proof}`);
}
