import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { builtClient } from '../support/client-builds.ts';
import { clientTests } from '../support/official-client.ts';

const built = await builtClient({
  name: 'rust',
  tools: [
    ['cargo', '--version'],
    ['cc', '--version'],
  ],
  fetch: [['cargo', 'fetch', '--locked']],
  build: [
    ['cargo', 'build', '--release', '--locked', '--offline', '--quiet'],
    ['mkdir', 'package'],
    ['mv', 'target/release/sample', 'package/bootstrap'],
    ['rm', '-r', 'target'],
  ],
});

describe.skipIf(built === undefined)('lambda_runtime for Rust', () => {
  clientTests({
    folder: join(built ?? '', 'package'),
    settings: { Runtime: 'provided.al2023', Handler: 'bootstrap' },
    streaming: 'streamed',
    errorType: expect.stringContaining('Error'),
  });
});
