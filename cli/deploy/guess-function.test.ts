import { describe, expect, test } from 'vitest';
import { guessFunction } from './guess-function.ts';

const guess = (files: Record<string, string>, handler?: string) =>
  guessFunction({ paths: new Set(Object.keys(files)), read: (path) => files[path] ?? '' }, handler);

describe('runtime and handler', () => {
  test.each([
    [{ 'index.mjs': '' }, 'nodejs22.x', 'index.handler'],
    [{ 'index.js': '', 'index.mjs': '' }, 'nodejs22.x', 'index.handler'],
    [
      { 'index.js': '', 'package.json': '{"main": "./src/app.js"}', 'src/app.js': '' },
      'nodejs22.x',
      'src/app.handler',
    ],
    [{ 'package.json': '{"main": "lib"}', 'lib/index.js': '' }, 'nodejs22.x', 'lib/index.handler'],
    [{ 'index.js': '', 'package.json': '{"main": "gone.js"}' }, 'nodejs22.x', 'index.handler'],
    [{ 'index.js': '', 'package.json': '{' }, 'nodejs22.x', 'index.handler'],
    [{ 'lambda_function.py': 'x' }, 'python3.13', 'lambda_function.lambda_handler'],
    [{ 'app.py': 'def handler(event, context):\n' }, 'python3.13', 'app.handler'],
    [
      { 'main.py': 'import x\nlambda_handler = wrap(x)\ndef handler(e, c):\n' },
      'python3.13',
      'main.lambda_handler',
    ],
    [{ bootstrap: '', 'index.js': '' }, 'provided.al2023', 'bootstrap'],
  ])('%j', (files, runtime, handler) => {
    expect(guess(files)).toMatchObject({ runtime, handler });
  });

  test('says which file told', () => {
    expect(guess({ 'package.json': '{"main": "a.mjs"}', 'a.mjs': '' })?.because).toBe(
      'main of package.json (a.mjs)',
    );
  });

  test('nothing tells', () => {
    expect(guess({ 'index.ts': '', 'readme.md': '' })).toBeUndefined();
  });
});

test.each([
  [{ 'src/app.mjs': '' }, 'src/app.run', 'nodejs22.x'],
  [{ 'src/app.py': '' }, 'src.app.run', 'python3.13'],
  [{ 'src/app.py': '', 'index.js': '' }, 'src/app.run', 'python3.13'],
])('the runtime follows the file that the handler names: %j', (files, handler, runtime) => {
  expect(guess(files, handler)).toMatchObject({ runtime, handler });
});

test('a handler that names no file tells nothing', () => {
  expect(guess({ 'index.js': '' }, 'other.handler')).toBeUndefined();
});
