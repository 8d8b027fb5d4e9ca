import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { prepareNamespaces } from './namespace-tools.ts';

test.skipIf(process.platform !== 'linux')(
  'a machine without bubblewrap is told what to install',
  async () => {
    const root = mkdtempSync(join(tmpdir(), 'lambent-tools-'));
    await expect(prepareNamespaces(join(root, 'own'), [], [root])).rejects.toThrow(
      'apt-get install bubblewrap',
    );
    rmSync(root, { recursive: true, force: true });
  },
);

test.skipIf(withoutBubblewrap())('an installation without its native part says so', () => {
  const root = mkdtempSync(join(tmpdir(), 'lambent-tools-'));
  // Away from the packages that this one finds above itself.
  for (const folder of ['sandbox', 'model'])
    cpSync(join(import.meta.dirname, '../..', folder), join(root, folder), { recursive: true });
  const program = `
    import { Cgroups } from ${JSON.stringify(join(root, 'sandbox/cgroup/cgroups.ts'))};
    import { NamespaceDriver } from ${JSON.stringify(join(root, 'sandbox/namespace/namespace-driver.ts'))};
    import { MovableClock } from ${JSON.stringify(join(root, 'model/clock.ts'))};
    import { prepareNamespaces } from ${JSON.stringify(join(root, 'sandbox/namespace/namespace-tools.ts'))};
    const tools = await prepareNamespaces(${JSON.stringify(join(root, 'own'))}, []);
    const network = { internet: true, allowed: [], service: Promise.resolve(undefined) };
    await new NamespaceDriver(tools, await Cgroups.prepare(), network, new MovableClock()).open();
  `;
  const run = spawnSync(process.execPath, ['--input-type=module-typescript', '-e', program], {
    encoding: 'utf8',
  });
  expect(run.stderr).toMatch(/NamespacesUnavailable: .*koffi does not load.*npm install/);
  rmSync(root, { recursive: true, force: true });
});

function withoutBubblewrap(): boolean {
  return spawnSync('bwrap', ['--unshare-user', '--ro-bind', '/', '/', '/bin/true']).status !== 0;
}

test.skipIf(process.platform === 'linux')('another system than Linux has no namespaces', async () => {
  await expect(prepareNamespaces('/nowhere', [])).rejects.toThrow('Linux');
});
