import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { divide } from '../../cgroup/processors.ts';

const MOUNTED = 'mount -t sysfs none /mnt && cat /mnt/class/net/lo/queues/rx-0/rps_cpus && umount /mnt';
const list = /^Cpus_allowed_list:\s*(\S+)$/m.exec(readFileSync('/proc/self/status', 'latin1'))?.[1] ?? '0';
const processors = divide(list).all.split(',');
const [first = '0', ...others] = processors;

function whyNot(): string | undefined {
  if (others.length === 0) return 'there is one processor';
  if (spawnSync('taskset', ['--version']).status !== 0) return 'taskset is missing';
  if (spawnSync('unshare', ['--net', '--mount', '/bin/sh', '-c', MOUNTED]).status !== 0)
    return 'no network can be made whose receiving processors can be chosen';
  return undefined;
}

const reason = whyNot();
if (reason !== undefined) process.stdout.write(`Where networks receive is not tested: ${reason}.\n`);

/** Moves between processors as an operator would move a platform, and says what its networks have after each move. */
const PLATFORM = `
  import { spawnSync } from 'node:child_process';
  import { text } from 'node:stream/consumers';
  import { Warden } from ${JSON.stringify(join(import.meta.dirname, 'warden.ts'))};
  const [processors, first] = process.argv.slice(1);
  const warden = new Warden('/usr/bin/unshare', []);
  const networks = [];
  const look = async () => {
    networks.push(await warden.network(undefined));
    const seen = [];
    for (const network of networks) {
      const command = { argv: ['/bin/sh', '-c', ${JSON.stringify(MOUNTED)}], env: {}, cwd: '/', channel: false };
      seen.push((await text((await warden.start(command, { network })).output)).trim());
    }
    console.log(JSON.stringify(seen.map((mask) => Number.parseInt(mask.replaceAll(',', ''), 16))));
  };
  const move = (to) => spawnSync('taskset', ['-a', '-p', '-c', to, String(process.pid)]);
  await look();
  move(first);
  await look();
  move(processors);
  await look();
  await warden.close();
`;

test.skipIf(reason !== undefined)(
  'what a platform with processors of its own sends into networks is received by theirs, in those it has already as well',
  () => {
    const node = [process.execPath, '--input-type=module-typescript', '-e', PLATFORM];
    const output = execFileSync('taskset', ['-c', others.join(), ...node, processors.join(), first], {
      encoding: 'utf8',
    });
    const theirs = others.reduce((mask, processor) => mask + 2 ** Number(processor), 0);
    expect(
      output
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual([[0], [theirs, theirs], [0, 0, 0]]);
  },
);
