import { join } from 'node:path';
import { describe } from 'vitest';
import { run } from '../support/commands.ts';
import { builtPythonClient } from '../support/official-builds.ts';
import { clientTests } from '../support/official-client.ts';

const built = await builtPythonClient();

/** The client's native part is for the Python that installed it. */
const version = await run('python3', ['-c', 'import sys; print("python%d.%d" % sys.version_info[:2])']);

describe.skipIf(built === undefined)('awslambdaric for Python', () => {
  clientTests({
    folder: join(built ?? '', 'package'),
    settings: {
      Runtime: version.stdout.trim() as 'python3.11',
      Handler: 'app.handler',
      Environment: { Variables: { AWS_LAMBDA_EXEC_WRAPPER: '/var/task/wrapper' } },
    },
    handlerFile: 'app.py',
    errorType: 'RuntimeError',
  });
});
