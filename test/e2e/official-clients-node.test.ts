import { join } from 'node:path';
import { describe } from 'vitest';
import { builtClient } from '../support/client-builds.ts';
import { clientTests } from '../support/official-client.ts';

/** Its native part is compiled, with curl, for the machine: minutes the first time. */
const built = await builtClient({
  name: 'node',
  tools: [
    ['npm', '--version'],
    ['cmake', '--version'],
    ['make', '--version'],
    ['c++', '--version'],
  ],
  fetch: [
    [
      'npm',
      'install',
      '--prefix',
      'package',
      '--ignore-scripts',
      '--no-audit',
      '--no-fund',
      '--no-package-lock',
    ],
    // Node.js's own headers, from its makers' site unless npm is told of a folder that has them.
    ['npm', 'run', '--prefix', 'package', 'headers'],
  ],
  build: [
    ['npm', 'rebuild', '--prefix', 'package', '--foreground-scripts'],
    ['test', '-f', 'package/node_modules/aws-lambda-ric/rapid-client.node'],
  ],
  // What compiles it reads this.
  env: { MAKEFLAGS: '-j4' },
});

describe.skipIf(built === undefined)('aws-lambda-ric for Node.js', () => {
  clientTests({
    folder: join(built ?? '', 'package'),
    settings: {
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      Environment: { Variables: { AWS_LAMBDA_EXEC_WRAPPER: '/var/task/wrapper' } },
    },
    handlerFile: 'index.mjs',
    errorType: 'Error',
    streaming: 'index.streamed',
  });
});
