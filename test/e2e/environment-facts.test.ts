import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { levels } from '../security/levels.ts';
import { available } from '../support/commands.ts';
import { deploy, invoke } from '../support/functions.ts';
import { startServer, type TestServer } from '../support/server.ts';

/** What a function finds around it: variables and process, in full, as Lambda documents them. */
const ISOLATIONS = [
  'process',
  ...levels.filter(({ missing }) => missing === undefined).map(({ name }) => name),
];

interface Facts {
  readonly variables: Readonly<Record<string, string>>;
  readonly directory: string;
  readonly mask: string;
  readonly openFiles: string;
  readonly lockedKilobytes: string;
  readonly temporary: string;
}

const SCRIPT = 'pwd; umask; echo "$(ulimit -Sn) $(ulimit -Hn)"; ulimit -l; stat -c %a "${TMPDIR:-/tmp}"';

const NODE = `
const { execSync } = require('node:child_process');
exports.handler = async () => {
  const said = execSync(${JSON.stringify(SCRIPT)}).toString().split('\\n');
  const [directory, mask, openFiles, lockedKilobytes, temporary] = said;
  return { variables: process.env, directory, mask, openFiles, lockedKilobytes, temporary };
};`;

const PYTHON = `
import os, subprocess

def handler(event, context):
    directory, mask, open_files, locked, temporary = subprocess.check_output(["/bin/sh", "-c", ${JSON.stringify(SCRIPT)}], text=True).splitlines()
    return {"variables": dict(os.environ), "directory": directory, "mask": mask, "openFiles": open_files, "lockedKilobytes": locked, "temporary": temporary}
`;

const SHELL = `#!/bin/sh
facts() {
  printf '{"directory":"%s","mask":"%s","openFiles":"%s %s",' "$(pwd)" "$(umask)" "$(ulimit -Sn)" "$(ulimit -Hn)"
  printf '"lockedKilobytes":"%s","temporary":"%s","variables":{' "$(ulimit -l)" "$(stat -c %a "\${TMPDIR:-/tmp}")"
  tr '\\0' '\\n' </proc/$$/environ | sed 's/"/\\\\"/g; s/=/":"/; s/^/"/; s/$/"/' | paste -sd,
  printf '}}'
}
body=$(facts)
api="http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime"
while :; do
  id=$(curl -sSi "$api/invocation/next" | grep -i '^lambda-runtime-aws-request-id:' | tr -d '\\r' | cut -d' ' -f2)
  curl -sS "$api/invocation/$id/response" -d "$body" >/dev/null
done
`;

/** Set for every function. The values are checked where they are the same everywhere. */
const ALWAYS = {
  AWS_ACCESS_KEY_ID: expect.any(String),
  AWS_DEFAULT_REGION: 'us-east-1',
  AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '256',
  AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
  AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
  AWS_LAMBDA_LOG_STREAM_NAME: expect.stringMatching(/^\d{4}\/\d\d\/\d\d\/\[\$LATEST\][0-9a-f]{32}$/),
  AWS_LAMBDA_RUNTIME_API: expect.stringMatching(/^[\d.]+:\d+$/),
  AWS_LAMBDA_METADATA_API: expect.stringMatching(/^[\d.]+:\d+$/),
  AWS_LAMBDA_METADATA_TOKEN: expect.any(String),
  AWS_REGION: 'us-east-1',
  AWS_SECRET_ACCESS_KEY: expect.any(String),
  AWS_SESSION_TOKEN: expect.any(String),
  AWS_XRAY_CONTEXT_MISSING: 'LOG_ERROR',
  AWS_XRAY_DAEMON_ADDRESS: '169.254.100.1:2000',
  LANG: 'en_US.UTF-8',
  SHLVL: '0',
  TZ: ':UTC',
  _AWS_XRAY_DAEMON_ADDRESS: '169.254.100.1',
  _AWS_XRAY_DAEMON_PORT: '2000',
  // Lambent's own, so that an SDK finds the services of this platform.
  AWS_ENDPOINT_URL: expect.stringMatching(/^http:/),
};

const RUNTIMES = [
  { runtime: 'nodejs22.x', handler: 'index.handler', files: { 'index.js': NODE } },
  { runtime: 'python3.12', handler: 'index.handler', files: { 'index.py': PYTHON } },
  { runtime: 'provided.al2023', handler: 'any.thing', files: { bootstrap: SHELL } },
] as const;

describe.each(ISOLATIONS)('at the level %s', (isolation) => {
  const root = isolation === 'process' ? expect.stringMatching(/^\//) : '/var/task';
  let server: TestServer;

  beforeAll(async () => {
    // Neither is the function's concern.
    const mask = process.umask(0o077);
    server = await startServer({ flags: ['--isolation', isolation], env: { SECRET_OF_THE_PLATFORM: '1' } });
    process.umask(mask);
  });
  afterAll(async () => {
    expect(await server?.stop()).toBe(0);
  });

  /** As AWS has it, less what the runtimes of this machine bring along themselves. */
  const ofRuntime = (runtime: string): Record<string, unknown> => {
    const inside = isolation !== 'process';
    const at = (path: string): unknown => (inside ? path : expect.stringMatching(/^\//));
    const managed = {
      AWS_EXECUTION_ENV: `AWS_Lambda_${runtime}`,
      _X_AMZN_TRACE_ID: expect.stringMatching(/^Root=1-/),
    };
    const common = {
      LAMBDA_RUNTIME_DIR: at('/var/runtime'),
      LAMBDA_TASK_ROOT: at('/var/task'),
      PWD: at('/var/task'),
      LD_LIBRARY_PATH: expect.stringContaining('/opt/lib'),
      PATH: expect.stringMatching(/:\/usr\/local\/bin:\/usr\/bin\/:\/bin:.*\/opt\/bin$/),
      ...(inside ? {} : { TMPDIR: expect.stringMatching(/[0-9a-f]{32}$/) }),
    };
    if (runtime.startsWith('nodejs')) {
      const directories =
        '/opt/nodejs/node22/node_modules:/opt/nodejs/node_modules:/var/runtime/node_modules:/var/runtime:/var/task';
      return { ...common, ...managed, NODE_PATH: at(directories) };
    }
    if (runtime.startsWith('python'))
      return { ...common, ...managed, PYTHONPATH: at('/var/runtime'), LC_CTYPE: 'C.UTF-8' };
    const path = expect.stringMatching(/^\/usr\/local\/bin:\/usr\/bin\/:\/bin:.*\/opt\/bin$/);
    return { ...common, PATH: path };
  };

  test.skipIf(isolation === 'process')('the orphans of its processes are buried', async () => {
    const orphans = 'for i in 1 2 3; do (sh -c "sleep 0.01 & exit 0" &) ; done';
    const code = `
const { readdirSync, readFileSync } = require('node:fs');
const processes = () => readdirSync('/proc').filter((name) => /^\\d+$/.test(name));
const stateOf = (pid) => { try { return readFileSync('/proc/' + pid + '/stat', 'latin1').replace(/.*\\) /s, '')[0]; } catch { return ''; } };
exports.handler = async () => {
  const before = processes().length;
  require('node:child_process').execSync(${JSON.stringify(orphans)});
  while (processes().length > before) await new Promise((resolve) => setTimeout(resolve, 5));
  return processes().map(stateOf).includes('Z');
};`;
    // A shell starts a program or two, which takes its time where processor time is short.
    await deploy(server.lambda, 'orphans', { 'index.js': code }, { MemorySize: 1024, Timeout: 60 });
    expect(await invoke(server.lambda, 'orphans')).toMatchObject({
      functionError: undefined,
      payload: false,
    });
  });

  test.each(RUNTIMES)(
    '$runtime has the variables of AWS and no others, its directory, mask and limits',
    async ({ runtime, handler, files }) => {
      if (runtime === 'provided.al2023' && !available('curl', '--version')) return;
      const name = `facts-${runtime.replaceAll('.', '-')}`;
      await deploy(server.lambda, name, files, {
        Runtime: runtime,
        Handler: handler,
        MemorySize: 256,
        Environment: { Variables: { MINE: 'yes' } },
      });
      const answer = await invoke(server.lambda, name);
      expect(answer.functionError, answer.log).toBeUndefined();
      const { variables, ...facts } = answer.payload as Facts;
      expect(facts).toEqual({
        directory: root,
        mask: '0022',
        openFiles: '1024 1024',
        lockedKilobytes: '64',
        // What stands for /tmp at the level process is a directory of the machine, which others must not write to.
        temporary: isolation === 'process' ? '755' : '1777',
      });
      expect(variables).toEqual({
        ...ALWAYS,
        ...ofRuntime(runtime),
        AWS_LAMBDA_FUNCTION_NAME: name,
        AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${name}`,
        _HANDLER: handler,
        MINE: 'yes',
      });
    },
  );
});
