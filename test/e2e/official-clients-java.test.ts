import { join } from 'node:path';
import { describe } from 'vitest';
import { builtClient } from '../support/client-builds.ts';
import { clientTests } from '../support/official-client.ts';

const built = await builtClient({
  name: 'java',
  tools: [
    ['javac', '-version'],
    ['mvn', '--version'],
  ],
  fetch: ['mvn', '-q', '-B', 'dependency:copy-dependencies', '-DoutputDirectory=package/client'],
  build: [['javac', '--release', '11', '-cp', 'package/client/*', '-d', 'package', 'example/Sample.java']],
});

describe.skipIf(built === undefined)('aws-lambda-java-runtime-interface-client', () => {
  clientTests({
    folder: join(built ?? '', 'package'),
    settings: {
      Runtime: 'java17',
      Handler: 'example.Sample',
      Environment: { Variables: { AWS_LAMBDA_EXEC_WRAPPER: '/var/task/wrapper' } },
    },
    errorType: 'java.lang.IllegalStateException',
  });
});
