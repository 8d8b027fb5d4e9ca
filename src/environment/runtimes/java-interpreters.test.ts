import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { chooseRatherNewer } from './interpreter.ts';
import { findJava, type JavaInterpreter } from './java-interpreters.ts';
import { linkedDirectories } from './linked-directories.ts';

const scratch = mkdtempSync(join(tmpdir(), 'lambent-java-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

function put(path: string, content: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}

function home(name: string, version: string, programs: readonly string[]): string {
  const directory = join(scratch, name);
  put(join(directory, 'release'), `IMPLEMENTOR="x"\nJAVA_VERSION="${version}"\n`);
  for (const program of programs) {
    put(join(directory, 'bin', program), '#!/bin/sh\n');
    chmodSync(join(directory, 'bin', program), 0o755);
  }
  return directory;
}

test('Java is known by its release file, a compiler by being there', () => {
  const old = home('jdk8', '1.8.0_412', ['java', 'javac']);
  const jre = home('jre21', '21.0.3', ['java']);
  home('ancient', '1.7.0_80', ['java']);
  const path = ['jdk8', 'jre21', 'ancient', 'nowhere'].map((name) => join(scratch, name, 'bin')).join(':');
  const found = findJava(path).filter(({ home: directory }) => directory.startsWith(scratch));
  expect(found).toEqual([
    {
      path: join(old, 'bin/java'),
      version: '1.8.0_412',
      release: 8,
      origin: 'machine',
      home: old,
      compiler: join(old, 'bin/javac'),
    },
    {
      path: join(jre, 'bin/java'),
      version: '21.0.3',
      release: 21,
      origin: 'machine',
      home: jre,
      compiler: undefined,
    },
  ]);
});

test('a link on the search path leads to the home it is of', () => {
  const directory = home('linked', '17.0.1', ['java']);
  const bin = join(scratch, 'usr-bin');
  mkdirSync(bin);
  symlinkSync(join(directory, 'bin/java'), join(bin, 'java'));
  expect(findJava(bin)[0]).toMatchObject({ path: join(directory, 'bin/java'), release: 17 });
});

test.each([
  [21, [17, 25], 25],
  [17, [8, 17, 25], 17],
  [11, [8, 17, 25], 17],
  [25, [8, 17], 17],
])('for Java %i of %j it is %i: newer ones run older code', (wanted, releases, expected) => {
  const found = releases.map((release) => ({ release }) as JavaInterpreter);
  expect(chooseRatherNewer(found, wanted)?.release).toBe(expected);
});

test('what links in a home lead to is shared, and no more of the machine than that', () => {
  const jdk = join(scratch, 'jdk');
  const settings = join(scratch, 'etc/java');
  put(join(settings, 'net.properties'), '');
  put(join(settings, 'security/java.policy'), '');
  put(join(jdk, 'lib/own'), '');
  mkdirSync(join(jdk, 'conf/security'), { recursive: true });
  const link = (name: string, target: string): void => symlinkSync(target, join(jdk, name));
  link('conf/net.properties', join(settings, 'net.properties'));
  link('conf/security/java.policy', join(settings, 'security/java.policy'));
  link('lib/hosts', '/etc/hosts');
  link('lib/sh', '/usr/bin/env');
  link('lib/again', join(jdk, 'lib/own'));
  const share = (path: string) => ({ hostPath: path, sandboxPath: path });
  expect(linkedDirectories(jdk, ['conf', 'lib', 'absent'])).toEqual([share(settings), share('/etc/hosts')]);
  link('lib/nothing', join(scratch, 'gone'));
  expect(linkedDirectories(jdk, ['conf'])).toEqual([share(settings)]);
});
