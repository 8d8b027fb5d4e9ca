import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { SharedDirectory } from '../../sandbox/sandbox.ts';
import type { ResolvedRuntime, RuntimePreparation } from '../runtime-catalog.ts';
import { prepareNode } from '../runtimes/node-preparation.ts';
import { preparePython } from '../runtimes/python-preparation.ts';
import { functionVersion } from '../testing/pool-fixture.ts';
import { Preparation } from './preparation.ts';

const root = mkdtempSync(join(tmpdir(), 'lambent-preparation-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let made = 0;

function directory(sandboxPath: string, files: Readonly<Record<string, string>>): SharedDirectory {
  made += 1;
  const hostPath = join(root, String(made));
  mkdirSync(hostPath);
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(hostPath, name)), { recursive: true });
    writeFileSync(join(hostPath, name), content);
  }
  return { hostPath, sandboxPath };
}

const S3 = '@aws-sdk/client-s3';
const node = prepareNode(new Set([S3, '@aws-sdk/client-sqs']));
const python = preparePython(12);

function runtimeWith(preparation: RuntimePreparation | undefined): ResolvedRuntime {
  return {
    id: 'r',
    protocol: 'frames',
    argv: () => ['/program'],
    env: () => ({}),
    directories: [],
    preparation,
    warning: undefined,
  };
}

async function kindOf(
  preparation: RuntimePreparation | undefined,
  task: Readonly<Record<string, string>>,
  more: { layer?: Readonly<Record<string, string>>; version?: Parameters<typeof functionVersion>[0] } = {},
) {
  const runtime = runtimeWith(preparation);
  const code = [directory('/var/task', task)];
  if (more.layer !== undefined) code.push(directory('/opt', more.layer));
  return await new Preparation().kindOf(functionVersion(more.version), runtime, code);
}

describe('what is loaded ahead for Node.js', () => {
  test.each([
    [`const s3 = require('${S3}');`, [S3]],
    [`import { S3Client } from "${S3}";`, [S3]],
    [`export * from '${S3}';`, [S3]],
    [`await import('${S3}');`, [S3]],
    [`require('@aws-sdk/client-sqs'); require('${S3}'); require('${S3}');`, [S3, '@aws-sdk/client-sqs']],
    [`const name = '${S3}';`, []],
    [`require('express'); require('${S3}/dist-cjs/other');`, []],
    [`require('import-in-the-middle'); require('${S3}');`, []],
  ])('%s', async (source, packages) => {
    expect((await kindOf(node, { 'lib/index.mjs': source }))?.packages).toEqual(packages);
  });

  test('is nothing that others import, that function or layer bring, or that is watched while it loads', async () => {
    const asks = { 'index.js': `require('${S3}')` };
    const brought = { [`node_modules/${S3}/package.json`]: '{}' };
    const layer = { [`nodejs/node_modules/${S3}/package.json`]: '{}' };
    const found = [
      await kindOf(node, { 'node_modules/other/index.js': `require('${S3}')` }),
      await kindOf(node, { ...asks, ...brought }),
      await kindOf(node, asks, { layer }),
      await kindOf(node, asks, { layer: { 'nodejs/node_modules/require-in-the-middle/package.json': '{}' } }),
    ];
    expect(found.map((kind) => kind?.packages)).toEqual([[], [], [], []]);
  });
});

describe('what is loaded ahead for Python', () => {
  test.each([
    ['import boto3', ['boto3']],
    ['from botocore.config import Config', ['boto3']],
    ['def handler(event, context):\n    import os, json , logging', ['json', 'logging']],
    ['import jsonschema', []],
    ['text = "import"  # import boto3', []],
  ])('%j', async (source, packages) => {
    expect((await kindOf(python, { 'app/main.py': source }))?.packages).toEqual(packages);
  });

  test('is no boto3 where function or layer bring theirs', async () => {
    const asks = { 'app.py': 'import boto3, json' };
    const own = await kindOf(python, { ...asks, 'boto3/__init__.py': '' });
    const layer = { 'python/lib/python3.12/site-packages/botocore/__init__.py': '' };
    expect([own, await kindOf(python, asks, { layer })].map((kind) => kind?.packages)).toEqual([
      ['json'],
      ['json'],
    ]);
  });
});

describe('the ordinary way starts', () => {
  test.each([
    'LD_LIBRARY_PATH',
    'LD_PRELOAD',
    'LANG',
    'LC_ALL',
    'TZ',
    'NODE_OPTIONS',
    'NODE_EXTRA_CA_CERTS',
    'UV_THREADPOOL_SIZE',
    'AWS_LAMBDA_EXEC_WRAPPER',
    'AWS_LAMBDA_NODEJS_NO_GLOBAL_AWSLAMBDA',
  ])('a function that sets %s', async (name) => {
    expect(await kindOf(node, {}, { version: { environment: { [name]: 'x' } } })).toBeUndefined();
  });

  test('Python with variables of its interpreter', async () => {
    const version = { environment: { PYTHONHASHSEED: '0' } };
    expect(await kindOf(python, {}, { version })).toBeUndefined();
    expect(await kindOf(node, {}, { version })).toBeDefined();
  });

  test.each(['NODE_ENV', 'NODE_PATH', 'PATH', 'DEBUG', 'LOG_LEVEL'])('none for %s', async (name) => {
    expect(await kindOf(node, {}, { version: { environment: { [name]: 'x' } } })).toBeDefined();
  });

  test('what brings libraries, needs a larger /tmp, or has a runtime that cannot wait', async () => {
    expect(await kindOf(node, { 'lib/own.so': '' })).toBeUndefined();
    expect(await kindOf(node, { 'libown.so.1': '' })).toBeUndefined();
    expect(await kindOf(node, {}, { layer: { 'lib/libown.so': '' } })).toBeUndefined();
    expect(await kindOf(node, {}, { version: { ephemeralStorageMb: 513 } })).toBeUndefined();
    expect(await kindOf(undefined, {})).toBeUndefined();
    expect(await kindOf(node, { 'lib/index.js': '', 'deep/lib/own.so': '' })).toBeDefined();
  });
});

test('code is looked at once, but not remembered for good', async () => {
  let looks = 0;
  const runtime = runtimeWith({
    ...node,
    predict: async (code) => {
      looks += 1;
      return await node.predict(code);
    },
  });
  const preparation = new Preparation();
  const first = [directory('/var/task', { 'index.js': '' })];
  const kind = async (code: readonly SharedDirectory[]) =>
    await preparation.kindOf(functionVersion(), runtime, code);
  for (const code of [first, first]) await kind(code);
  expect(looks).toBe(1);
  for (let at = 0; at < 1000; at += 1)
    await kind([{ hostPath: join(root, `none-${at}`), sandboxPath: '/var/task' }]);
  await kind(first);
  expect(looks).toBe(1002);
});
