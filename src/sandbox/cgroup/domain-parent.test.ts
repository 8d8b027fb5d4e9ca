import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { domainParent } from './domain-parent.ts';
import { divide } from './processors.ts';

/** Plain files in the kernel's place: each keeps what was last written to it. */
function group(controllers: string, granted = ''): string {
  const base = mkdtempSync(join(tmpdir(), 'lambent-group-'));
  onTestFinished(() => rmSync(base, { recursive: true }));
  writeFileSync(join(base, 'cgroup.controllers'), controllers);
  writeFileSync(join(base, 'cgroup.subtree_control'), granted);
  return base;
}

test('groups get limits, and processors of their own where the kernel has that', () => {
  const base = group('cpuset cpu memory pids\n');
  const parent = domainParent(base, 'platform-1', divide('0-3'));
  expect(parent?.controls).toEqual(['memory', 'cpu', 'processes', 'processors']);
  expect(readFileSync(join(base, 'cgroup.subtree_control'), 'utf8')).toBe('+cpuset');
  expect(readFileSync(join(base, 'platform-1/cpuset.cpus'), 'utf8')).toBe('0,1,2,3');
});

test('limits do not depend on processors', () => {
  expect(domainParent(group('cpu memory pids'), 'one', divide('0-3'))?.controls).not.toContain('processors');
  expect(domainParent(group('cpuset'), 'one', divide('0-3'))).toBe(undefined);
});

test('a controller that was on stays on, whoever else has a group there', () => {
  const base = group('cpuset cpu memory pids', 'cpuset');
  mkdirSync(join(base, 'else'));
  expect(domainParent(base, 'one', divide('0-3'))?.controls).toContain('processors');
});
