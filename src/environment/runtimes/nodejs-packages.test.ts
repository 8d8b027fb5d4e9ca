import { afterAll, afterEach, describe, expect, test } from 'vitest';
import {
  availableRuntimes,
  endFunctions,
  removeEverything,
  startFunction,
  writePackage,
} from './testing/functions.ts';

const runtimes = await availableRuntimes(['nodejs20.x', 'nodejs22.x', 'nodejs24.x']);

afterEach(endFunctions);
afterAll(removeEverything);

describe.each(runtimes)('$id', (runtime) => {
  const run = async (files: Record<string, string>, variables: Record<string, string> = {}) => {
    const process = startFunction(runtime, 'index.handler', files, variables);
    const initialised = await process.initialised();
    return initialised.kind === 'ready' ? await process.invoke({}) : initialised;
  };
  const client = 'new LambdaClient({}).config.serviceId';

  test('CommonJS finds the AWS SDK and not what else is installed', async () => {
    const outcome = await run({
      'index.js': `const { LambdaClient } = require('@aws-sdk/client-lambda');
        const find = (name) => { try { return require(name) && 'found'; } catch (error) { return error.code; } };
        exports.handler = async () => [${client}, find('kysely'), find('vitest'), find('typescript'), find('tslib')];`,
    });
    const missing = 'MODULE_NOT_FOUND';
    expect(JSON.parse(outcome.text)).toEqual(['Lambda', missing, missing, missing, 'found']);
  });

  test('ES modules find the AWS SDK, statically and dynamically', async () => {
    const outcome = await run({
      'index.mjs': `import { LambdaClient } from '@aws-sdk/client-lambda';
        const find = async (name) => { try { return await import(name) && 'found'; } catch (error) { return error.code; } };
        export const handler = async () => [${client}, await find('@aws-sdk/client-sqs'), await find('kysely'), await find('./nowhere.mjs')];`,
    });
    const missing = 'ERR_MODULE_NOT_FOUND';
    expect(JSON.parse(outcome.text)).toEqual(['Lambda', 'found', missing, missing]);
  });

  test('an ES module finds it through its own files', async () => {
    const outcome = await run({
      'index.mjs': `import { id } from './lib/client.mjs'; export const handler = async () => id;`,
      'lib/client.mjs': `import { LambdaClient } from '@aws-sdk/client-lambda'; export const id = ${client};`,
    });
    expect(outcome.text).toBe('"Lambda"');
  });

  test('CommonJS may import it at run time', async () => {
    const outcome = await run({
      'index.js': `exports.handler = async () => { const { LambdaClient } = await import('@aws-sdk/client-lambda'); return ${client}; };`,
    });
    expect(outcome.text).toBe('"Lambda"');
  });

  test('packages of the function come first, those of a layer before the SDK', async () => {
    const layer = writePackage({
      'node_modules/@aws-sdk/client-lambda/index.js': 'exports.from = "layer";',
      'node_modules/@aws-sdk/client-lambda/package.json': '{"name":"@aws-sdk/client-lambda"}',
    });
    const nodePath = `${layer}/node_modules:${runtime.directories[1]?.hostPath}/node_modules`;
    const source = `require('@aws-sdk/client-lambda').from`;
    const fromLayer = await run(
      { 'index.js': `exports.handler = async () => ${source};` },
      { NODE_PATH: nodePath },
    );
    expect(fromLayer.text).toBe('"layer"');
    const imported = await run(
      {
        'index.mjs': `import sdk from '@aws-sdk/client-lambda'; export const handler = async () => sdk.from;`,
      },
      { NODE_PATH: nodePath },
    );
    expect(imported.text).toBe('"layer"');
    const own = await run(
      {
        'index.js': `exports.handler = async () => ${source};`,
        'node_modules/@aws-sdk/client-lambda/index.js': 'exports.from = "function";',
      },
      { NODE_PATH: nodePath },
    );
    expect(own.text).toBe('"function"');
  });

  test('a CommonJS dependency that only exists as an ES module fails as on AWS, unless switched on', async () => {
    const files = {
      'index.js': `exports.handler = async () => require('only-esm').value;`,
      'node_modules/only-esm/package.json': '{"name":"only-esm","type":"module","exports":"./index.js"}',
      'node_modules/only-esm/index.js': 'export const value = 5;',
    };
    const refused = await run(files);
    expect(JSON.parse(refused.text)).toMatchObject({
      errorMessage: expect.stringContaining('require() of ES Module'),
    });
    const allowed = await run(files, { NODE_OPTIONS: '--experimental-require-module' });
    expect(allowed).toMatchObject({ kind: 'response', text: '5' });
  });

  test('the environment shows none of this', async () => {
    const outcome = await run({
      'index.js':
        'exports.handler = async () => [process.env.NODE_OPTIONS, Object.keys(process.env).filter((name) => /LAMBENT/i.test(name))];',
    });
    expect(outcome.text).toBe('[null,[]]');
  });
});
