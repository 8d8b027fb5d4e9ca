import { describe, expect, test } from 'vitest';
import { pendingFunction } from '../../../../test/support/stored-functions.ts';
import { contentFingerprint, publishedVersion } from './published-version.ts';

const LATEST = pendingFunction({ state: 'Active', environment: { A: '1', B: '2' } });

describe('contentFingerprint', () => {
  test('ignores what happens to a function without changing it', () => {
    const touched = {
      ...LATEST,
      revisionId: 'r',
      deploymentId: 'd',
      lastModifiedMs: 9,
      lastUpdateStatus: 'Failed' as const,
    };
    expect(contentFingerprint(touched)).toBe(contentFingerprint(LATEST));
  });

  test('ignores the order of members', () => {
    const { accountId, environment: _, ...others } = LATEST;
    const reordered = { ...others, environment: { B: '2', A: '1' }, accountId };
    expect(contentFingerprint(reordered)).toBe(contentFingerprint(LATEST));
  });

  test.each([
    [{ description: 'other' }],
    [{ codeSha256: 'ff' }],
    [{ environment: { A: '1' } }],
    [{ memoryMb: 256 }],
    [{ logging: { logFormat: 'Text' as const, logGroup: 'other' } }],
  ])('notices %j', (change) => {
    expect(contentFingerprint({ ...LATEST, ...change })).not.toBe(contentFingerprint(LATEST));
  });
});

describe('publishedVersion', () => {
  test('is a copy with identities of its own that remembers what it was made from', () => {
    const version = publishedVersion(LATEST, 7, undefined);
    expect(version).toMatchObject({ version: '7', publishedFrom: contentFingerprint(LATEST), memoryMb: 128 });
    expect(version.deploymentId).not.toBe(LATEST.deploymentId);
    expect(version.revisionId).not.toBe(LATEST.revisionId);
    expect(publishedVersion(LATEST, 8, 'eighth').description).toBe('eighth');
  });

  test('does not pass for active when the update of $LATEST has failed', () => {
    const reason = { message: 'The package is damaged.', code: 'InternalError' } as const;
    const failed = { ...LATEST, lastUpdateStatus: 'Failed' as const, lastUpdateStatusReason: reason };
    const version = publishedVersion(failed, 7, undefined);
    expect(version.state).toBe('Pending');
    expect(version).not.toHaveProperty('lastUpdateStatus');
    expect(version).not.toHaveProperty('lastUpdateStatusReason');
  });
});
