import { join } from 'node:path';
import { describe } from 'vitest';
import { builtClient } from '../support/client-builds.ts';
import { clientTests } from '../support/official-client.ts';

const built = await builtClient({
  name: 'go',
  tools: [['go', 'version']],
  fetch: [['go', 'mod', 'download']],
  build: [['go', 'build', '-tags', 'lambda.norpc', '-ldflags=-s -w', '-o', 'package/bootstrap', '.']],
  env: { CGO_ENABLED: '0', GOFLAGS: '-buildvcs=false' },
});

describe.skipIf(built === undefined)('aws-lambda-go', () => {
  clientTests({
    folder: join(built ?? '', 'package'),
    settings: { Runtime: 'provided.al2023', Handler: 'bootstrap' },
    errorType: 'errorString',
  });
});
