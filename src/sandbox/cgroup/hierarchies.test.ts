import { expect, test } from 'vitest';
import { findHierarchies } from './hierarchies.ts';

const v1 = (id: number, controllers: string, root = '/', at = controllers): string =>
  `${id} 30 0:${id} ${root} /sys/fs/cgroup/${at} rw,relatime shared:9 - cgroup cgroup rw,${controllers}`;
const v2 = (root = '/', at = '/sys/fs/cgroup'): string =>
  `30 23 0:26 ${root} ${at} rw,nosuid,relatime shared:4 - cgroup2 cgroup2 rw,nsdelegate,memory_recursiveprot`;
const ROOT = '23 1 254:1 / / rw,relatime - ext4 /dev/vda1 rw';

test('version 2 alone, in a group that systemd delegates', () => {
  const own = '/user.slice/user-1000.slice/user@1000.service/app.slice/run-u7.scope';
  expect(findHierarchies(`${ROOT}\n${v2()}\n`, `0::${own}\n`)).toEqual([
    { version: 2, controllers: [], ownDirectories: [`/sys/fs/cgroup${own}`, '/sys/fs/cgroup'] },
  ]);
});

test('version 2 in a container with a cgroup namespace of its own', () => {
  expect(findHierarchies(v2(), '0::/\n')).toEqual([
    { version: 2, controllers: [], ownDirectories: ['/sys/fs/cgroup'] },
  ]);
});

test('version 1, mounted separately and together, beside a version 2 without controllers', () => {
  const mounts = [
    ROOT,
    v1(31, 'cpu,cpuacct'),
    v1(32, 'memory'),
    v1(33, 'xattr,name=systemd', '/', 'systemd'),
    v2('/', '/sys/fs/cgroup/unified'),
  ].join('\n');
  const own = '4:memory:/process_api/xyz\n3:cpuacct,cpu:/\n2:name=systemd:/\n1:pids:/\n0::/\n';
  expect(findHierarchies(mounts, own)).toEqual([
    { version: 1, controllers: ['cpu', 'cpuacct'], ownDirectories: ['/sys/fs/cgroup/cpu,cpuacct'] },
    {
      version: 1,
      controllers: ['memory'],
      ownDirectories: ['/sys/fs/cgroup/memory/process_api/xyz', '/sys/fs/cgroup/memory'],
    },
    { version: 1, controllers: ['name=systemd'], ownDirectories: ['/sys/fs/cgroup/systemd'] },
    { version: 2, controllers: [], ownDirectories: ['/sys/fs/cgroup/unified'] },
  ]);
});

test('version 1 in a container that is shown its own group only', () => {
  const mounts = [v1(31, 'memory', '/docker/abc'), v1(32, 'pids', '/docker/abc')].join('\n');
  expect(findHierarchies(mounts, '2:memory:/docker/abc/inner\n1:pids:/docker/abc\n')).toEqual([
    {
      version: 1,
      controllers: ['memory'],
      ownDirectories: ['/sys/fs/cgroup/memory/inner', '/sys/fs/cgroup/memory'],
    },
    { version: 1, controllers: ['pids'], ownDirectories: ['/sys/fs/cgroup/pids'] },
  ]);
});

test('a group above what can be seen, a hierarchy mounted twice, a path with white space', () => {
  const twice = `${v1(31, 'memory')}\n${v1(31, 'memory', '/', 'again')}`;
  expect(findHierarchies(twice, '1:memory:/../other\n')).toEqual([
    { version: 1, controllers: ['memory'], ownDirectories: ['/sys/fs/cgroup/memory'] },
  ]);
  expect(findHierarchies(v2('/', '/mnt/my\\040groups'), '0::/a\n')).toEqual([
    { version: 2, controllers: [], ownDirectories: ['/mnt/my groups/a', '/mnt/my groups'] },
  ]);
});

test('no control groups at all', () => {
  expect(findHierarchies(`${ROOT}\n`, '0::/\n')).toEqual([]);
  expect(findHierarchies('', '')).toEqual([]);
});
