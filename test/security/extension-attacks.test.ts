import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deploy, eventually, invoke } from '../support/functions.ts';
import { publishLayer } from '../support/layers.ts';
import { rawZip } from '../support/raw-zip.ts';
import { startServer, temporaryDirectory, type TestServer } from '../support/server.ts';
import { type AttackedLevel, levels } from './levels.ts';

/**
 * An extension that first attacks: what it found is in /tmp/report, a line for each attack. Until it registers, so while
 * its function's runtime is being started as well, it tries to write to the memory of every other process it sees.
 */
function attacker(secret: string): string {
  return `#!/bin/sh
api="http://$AWS_LAMBDA_RUNTIME_API/2020-01-01/extension"
attempt() { name=$1; shift; if "$@" >/dev/null 2>&1; then echo "$name: done"; else echo "$name: failed"; fi; }
{
  id -u
  grep -E '^(Cap|NoNewPrivs|Seccomp:)' /proc/self/status
  attempt secret cat ${secret}
  attempt shadow cat /etc/shadow
  attempt write sh -c 'echo x > /var/task/written'
  attempt userns unshare --user true
  attempt enter nsenter --target 1 --mount true
  attempt mount mount -t tmpfs none /tmp
  attempt core sh -c 'echo "|/tmp/evil" > /proc/sys/kernel/core_pattern'
  attempt init cat /proc/1/environ
  attempt raw python3 -c 'import socket; socket.socket(socket.AF_INET, socket.SOCK_RAW)'
} > /tmp/report 2>&1
(
  while [ ! -e /tmp/enough ]; do
    for process in /proc/[0-9]*; do
      case "$(head -c 15 "$process/comm" 2>/dev/null)" in node | bwrap | nsenter | setpriv | sleep)
        ( : >> "$process/mem" ) 2>/dev/null && echo "wrote: $process" >> /tmp/report ;;
      esac
    done
    touch /tmp/looked
  done
) &
id=$(curl -sS -D - -o /dev/null -X POST -H "Lambda-Extension-Name: attacker" -d '{"events":["INVOKE"]}' "$api/register" \\
  | tr -d '\\r' | sed -n 's/^lambda-extension-identifier: //Ip')
while :; do curl -sS -H "Lambda-Extension-Identifier: $id" "$api/event/next" > /dev/null || exit 1; done
`;
}

const REPORTER = {
  'index.js': `
const fs = require('node:fs');
exports.handler = async () => {
  if (!fs.existsSync('/tmp/looked')) return '';
  fs.writeFileSync('/tmp/enough', '');
  const extension = fs.readdirSync('/proc').filter((name) => /^\\d+$/.test(name)).find((pid) =>
    fs.readFileSync('/proc/' + pid + '/cmdline', 'latin1').includes('/opt/extensions/attacker'));
  process.kill(Number(extension), 0);
  return fs.readFileSync('/tmp/report', 'utf8');
};`,
};

for (const level of levels) {
  describe.skipIf(level.missing !== undefined)(
    `under --isolation ${level.name} an extension`,
    { timeout: level.timeoutMs },
    () => {
      attacks(level);
    },
  );
}

function attacks(level: AttackedLevel): void {
  let server: TestServer;
  let secrets: Awaited<ReturnType<typeof temporaryDirectory>>;
  let data: Awaited<ReturnType<typeof temporaryDirectory>>;
  let report: string;

  beforeAll(async () => {
    data = await temporaryDirectory();
    secrets = await temporaryDirectory();
    await writeFile(join(secrets.path, 'secret'), 'of the host');
    server = await startServer({ dataDir: data.path, flags: ['--isolation', level.name] });
    const content = attacker(join(secrets.path, 'secret'));
    const layer = await publishLayer(server.lambda, {
      Content: { ZipFile: rawZip([{ name: 'extensions/attacker', content, mode: 0o100755 }]) },
    });
    await deploy(server.lambda, 'reporter', REPORTER, {
      Layers: [layer.LayerVersionArn],
      MemorySize: 512,
      Timeout: 30,
    });
    report = (await eventually(
      async () => (await invoke(server.lambda, 'reporter')).payload,
      (said) => typeof said === 'string' && said !== '',
    )) as string;
  });

  afterAll(async () => {
    expect(await server?.stop()).toBe(0);
    await data?.remove();
    await secrets?.remove();
  });

  test('has no more rights than its function', () => {
    expect(report).toMatch(/^993\n/);
    expect(report).toMatch(/^CapEff:\s+0+$/m);
    expect(report).not.toMatch(/^Cap(?:Inh|Prm|Eff|Amb):\s+0*[1-9a-f]/m);
    if (level.hasOwnKernel) return;
    expect(report).toMatch(/^NoNewPrivs:\s+1$/m);
    expect(report).toMatch(/^Seccomp:\s+2$/m);
  });

  // Of a kernel of its own the first process is no secret, and its namespaces are nobody else's.
  const ofTheHost = level.hasOwnKernel ? [] : ['userns', 'init'];
  test.each(['secret', 'shadow', 'write', 'enter', 'mount', 'core', 'raw', ...ofTheHost])(
    'is refused what its function is refused: %s',
    (name) => expect(report).toMatch(new RegExp(`^${name}: failed$`, 'm')),
  );

  test('reaches into no other process of its sandbox, those that are being started among them', () => {
    expect(report).not.toContain('wrote: ');
  });
}
