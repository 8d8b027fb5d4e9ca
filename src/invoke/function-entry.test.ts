import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { pendingFunction } from '../../test/support/stored-functions.ts';
import type { StoredAlias } from '../model/stored-alias.ts';
import { aliasEntry, chooseVersion, type VersionEntry, versionEntry } from './function-entry.ts';

function active(version: string): VersionEntry {
  return versionEntry(
    { current: pendingFunction({ version, state: 'Active' }), serving: undefined },
    undefined,
  );
}

function alias(change: Partial<StoredAlias>): StoredAlias {
  return {
    accountId: '000000000000',
    region: 'us-east-1',
    functionName: 'stored',
    name: 'live',
    functionVersion: '1',
    description: '',
    revisionId: 'r',
    ...change,
  };
}

const VERSIONS = new Map([
  ['1', active('1')],
  ['2', active('2')],
]);

describe('versionEntry', () => {
  test('runs nothing before the first activation, then the same snapshot while the deployment stays', () => {
    const pending = pendingFunction();
    expect(versionEntry({ current: pending, serving: undefined }, undefined).serving).toBeUndefined();
    const first = versionEntry({ current: { ...pending, state: 'Active' }, serving: undefined }, undefined);
    expect(first.serving?.deploymentId).toBe(pending.deploymentId);
    const tagged = { ...pending, state: 'Active' as const, revisionId: 'another' };
    expect(versionEntry({ current: tagged, serving: undefined }, first).serving).toBe(first.serving);
  });

  test('keeps to the configuration that still serves during an update', () => {
    const serving = pendingFunction({ state: 'Active' });
    const current = { ...serving, deploymentId: 'next', lastUpdateStatus: 'InProgress' as const };
    expect(versionEntry({ current, serving }, undefined).serving?.deploymentId).toBe(serving.deploymentId);
  });
});

describe('chooseVersion', () => {
  test('gives each version its share of the draws, and names the alias', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (weight, draw) => {
          const entry = aliasEntry(alias({ routing: { version: '2', weight } }), VERSIONS);
          const chosen = chooseVersion(entry, draw);
          expect(chosen?.version.version).toBe(draw < weight ? '2' : '1');
          expect(chosen?.invokedFunctionArn).toBe(
            'arn:aws:lambda:us-east-1:000000000000:function:stored:live',
          );
        },
      ),
    );
  });

  test('has nothing where the version is not there yet', () => {
    expect(chooseVersion(aliasEntry(alias({ functionVersion: '3' }), VERSIONS), 0.5)).toBeUndefined();
  });
});
