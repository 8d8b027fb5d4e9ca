import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CodeGraph } from './code-graph.ts';
import { registrationsIn } from './registrations.ts';

const files = {
  'some-service.ts': `import { putThing } from './put-thing.ts';
export function createSomeService(deps: Dependencies) {
  return {
    operations: {
      PutThing: putThing(deps),
      GetThing: async (input) => ({ Name: input.Name }),
    },
  };
}
`,
  'put-thing.ts': `import { check as checked, type Rule } from './rules.ts';
interface Thing { readonly OfAType: string }
/** InAComment */
export function putThing(deps: Dependencies) {
  return async (input) => stored(checked(input));
}
function stored(thing: Thing) {
  return { name: thing.Name };
}
function unused() {
  return 'OfAnother';
}
`,
  'rules.ts': `export function check(input) {
  if (input.Size > 3) throw new Error();
  return input;
}
export function checkOther(input) {
  return input.Colour;
}
`,
};

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lambent-code-graph-'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('words of a declaration are its own and those of what it stands on, types and comments apart', () => {
  const words = new CodeGraph().wordsFrom(join(folder, 'put-thing.ts'), 'putThing');
  expect([...words]).toEqual(expect.arrayContaining(['Name', 'Size']));
  for (const word of ['Colour', 'OfAnother', 'OfAType', 'InAComment']) expect(words).not.toContain(word);
});

test('what is imported is known by the name it has here', () => {
  const graph = new CodeGraph();
  const file = join(folder, 'put-thing.ts');
  expect(['putThing', 'checked', 'check', 'Rule'].map((name) => graph.knows(file, name))).toEqual([
    true,
    true,
    false,
    false,
  ]);
});

test('operations are found with what answers them', () => {
  const found = registrationsIn(new URL(`file://${folder}/`));
  const file = join(folder, 'some-service.ts');
  expect(found.get('PutThing')).toEqual({ file, expression: 'putThing(deps),', within: 'createSomeService' });
  expect(found.get('GetThing')?.expression).toContain('input.Name');
});
