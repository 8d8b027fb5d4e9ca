import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe } from 'vitest';
import { builtJavaClient } from '../support/official-builds.ts';
import { clientTests } from '../support/official-client.ts';
import { temporaryDirectory } from '../support/server.ts';

const built = await builtJavaClient();
const sample = {
  folder: join(built ?? '', 'package'),
  errorType: 'java.lang.IllegalStateException',
};

describe.skipIf(built === undefined)('aws-lambda-java-runtime-interface-client', () => {
  const Variables = { AWS_LAMBDA_EXEC_WRAPPER: '/var/task/wrapper' };
  clientTests({
    ...sample,
    settings: { Runtime: 'java17', Handler: 'example.Sample', Environment: { Variables } },
  });
});

const data = built === undefined ? undefined : await temporaryDirectory();
if (data !== undefined && built !== undefined)
  await cp(join(built, 'package/client'), join(data.path, 'runtimes/java-client'), { recursive: true });

describe.skipIf(data === undefined)('the same client, put where Java runtimes look for it', () => {
  clientTests({
    ...sample,
    server: data === undefined ? {} : { dataDir: data.path },
    settings: { Runtime: 'java21', Handler: 'example.Sample' },
    writesRecords: true,
  });
  afterAll(async () => await data?.remove());
});
