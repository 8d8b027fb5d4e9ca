import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { withModules } from './joined-modules.ts';

const count = "'use strict';\n// it's counted\nlet n = 0;\nmodule.exports = { next: () => (n += 1) };";
const twice =
  "'use strict';\nconst { next } = require('./count.cjs');\nmodule.exports = () => next() + next();";
const late = "module.exports = { next: require('./count.cjs').next, twice: require('./twice.cjs') };";
const program = `'use strict';
const twice = require('./twice.cjs');
const seen = [twice(), require('./late.cjs').next(), require('./late.cjs').twice()];
console.log(JSON.stringify([seen, Object.keys(require.cache).length, require('./count.cjs').next()]));
`;
const modules = new Map([
  ['count.cjs', count],
  ['twice.cjs', twice],
]);

let directory: string;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'lambent-joined-'));
  const files = { 'count.cjs': count, 'twice.cjs': twice, 'late.cjs': late };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text);
  writeFileSync(
    join(directory, 'program.cjs'),
    withModules(program, modules, "process.env['JOINED'] === '1'"),
  );
});

afterAll(() => rmSync(directory, { recursive: true }));

test.each(['1', '0'])('modules are the same for all who ask, joined: %s', (JOINED) => {
  const path = join(directory, 'program.cjs');
  const said = execFileSync(process.execPath, [path], { env: { JOINED }, encoding: 'utf8' });
  expect(JSON.parse(said)).toEqual([[3, 3, 9], 4, 6]);
});

test('what is joined is not read from its file', () => {
  const path = join(directory, 'program.cjs');
  writeFileSync(join(directory, 'count.cjs'), 'module.exports = { next: () => 100 };');
  const said = (JOINED: string): unknown =>
    JSON.parse(execFileSync(process.execPath, [path], { env: { JOINED }, encoding: 'utf8' }));
  expect(said('1')).toEqual([[3, 3, 9], 4, 6]);
  expect(said('0')).toEqual([[200, 100, 200], 4, 100]);
});

test('a module that needs a later one is refused', () => {
  const wrong = new Map([...modules].toReversed());
  expect(() => withModules(program, wrong, 'true')).toThrow('twice.cjs needs count.cjs, which comes later.');
});
