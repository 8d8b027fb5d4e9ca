import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';

// The launcher in a checkout of its own, with a program that reports the signals it gets.
const repository = join(import.meta.dirname, '..');
const olderNode = join(repository, `node_modules/nodejs20-linux-${process.arch}/bin/node`);
const program = `
  export async function main(argv) {
    let signals = 0;
    for (const name of ['SIGINT', 'SIGTERM']) process.on(name, () => console.log('got', name, ++signals));
    console.log(JSON.stringify({ argv, major: parseInt(process.versions.node), pid: process.pid }));
    if (argv[0] === 'end') process.exit(7);
    if (argv[0] === 'die') process.kill(process.pid, 'SIGKILL');
    setInterval(() => {}, 1000);
  }`;

let root = '';
const pids = new Set<number>();

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'lambent-launcher-'));
  cpSync(join(repository, 'bin'), join(root, 'bin'), { recursive: true });
  symlinkSync(join(repository, 'node_modules'), join(root, 'node_modules'));
  mkdirSync(join(root, 'dist/src'), { recursive: true });
  writeFileSync(join(root, 'dist/server.js'), program);
  writeFileSync(join(root, 'package.json'), '{"type":"module"}');
});
afterEach(() => {
  for (const pid of pids) if (isRunning(pid)) process.kill(pid, 'SIGKILL');
  pids.clear();
});
afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

function launch(node: string, ...args: readonly string[]) {
  const child = spawn(node, [join(root, 'bin/lambent.mjs'), ...args], { detached: true });
  if (child.pid !== undefined) pids.add(child.pid);
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    output += chunk;
  });
  const report = async () => {
    await vi.waitFor(() => expect(output).toContain('\n'), 25_000);
    const told = JSON.parse(output.split('\n')[0] ?? '') as { argv: string[]; major: number; pid: number };
    pids.add(told.pid);
    return told;
  };
  return { child, report, output: () => output, exit: once(child, 'exit'), problems: text(child.stderr) };
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

test('start goes to the platform, with its flags and its exit code', async () => {
  const { report, exit } = launch(process.execPath, 'start', 'end', '--port', '1');
  expect(await report()).toMatchObject({ argv: ['end', '--port', '1'] });
  expect(await exit).toEqual([7, null]);
});

test('a checkout that is not built says what to run', async () => {
  const { exit, problems } = launch(process.execPath, 'status');
  expect(await exit).toEqual([1, null]);
  expect(await problems).toMatch(/^lambent: it is not built yet\. .*npm start/);
});

describe.skipIf(!existsSync(olderNode))('on an older Node.js', () => {
  test('runs with the pinned one and keeps the exit code', async () => {
    const { report, exit } = launch(olderNode, 'start', 'end');
    expect(await report()).toMatchObject({ argv: ['end'], major: 24 });
    expect(await exit).toEqual([7, null]);
  });

  test('ends by the signal that ended the program', async () => {
    expect(await launch(olderNode, 'start', 'die').exit).toEqual([null, 'SIGKILL']);
  });

  test('one Ctrl-C is one signal, though terminal and npm both send it; another kind is another signal', async () => {
    const { child, report, output } = launch(olderNode, 'start');
    await report();
    // A terminal signals the whole group; npm then signals its child.
    process.kill(-(child.pid ?? 0), 'SIGINT');
    child.kill('SIGINT');
    await vi.waitFor(() => expect(output()).toContain('got SIGINT 1'), 25_000);
    child.kill('SIGTERM');
    await vi.waitFor(() => expect(output()).toContain('got SIGTERM 2'), 25_000);
  });

  test('the program does not outlive the launcher', async () => {
    const { child, report, output } = launch(olderNode, 'start');
    await report();
    child.kill('SIGKILL');
    await vi.waitFor(() => expect(output()).toContain('got SIGTERM 1'), 25_000);
  });
});
