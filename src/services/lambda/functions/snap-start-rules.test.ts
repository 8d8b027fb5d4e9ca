import { describe, expect, test } from 'vitest';
import { checkSnapStart, snapStartSetting } from './snap-start-rules.ts';

const fit = { runtime: 'python3.12', ephemeralStorageMb: 512, snapStart: 'PublishedVersions' } as const;

describe('checkSnapStart', () => {
  test.each(['java11', 'java17.al2023', 'java25', 'python3.12', 'python3.14'])(
    'lets %s have SnapStart',
    (runtime) => {
      expect(() => checkSnapStart({ ...fit, runtime })).not.toThrow();
    },
  );

  test.each([
    'nodejs24.x',
    'java8.al2',
    'java8.al2023',
    'python3.9',
    'python3.11',
    'ruby3.4',
    'provided.al2023',
  ])('denies %s SnapStart', (runtime) => {
    expect(() => checkSnapStart({ ...fit, runtime })).toThrow(
      `${runtime} is not supported for SnapStart enabled functions.`,
    );
    expect(() => checkSnapStart({ ...fit, runtime, snapStart: undefined })).not.toThrow();
  });

  test.each(['dotnet8', 'dotnet10'])('says that %s has it on AWS alone', (runtime) => {
    expect(() => checkSnapStart({ ...fit, runtime })).toThrow(`SnapStart of ${runtime}`);
  });

  test('denies it to functions with more storage, and to managed instances', () => {
    expect(() => checkSnapStart({ ...fit, ephemeralStorageMb: 513 })).toThrow('greater than 512 MB');
    expect(() => checkSnapStart({ ...fit, managed: { maxConcurrency: 1 } })).toThrow('capacity provider');
  });
});

test('what a request does not say stays, and None ends it', () => {
  expect(snapStartSetting(undefined, 'PublishedVersions')).toBe('PublishedVersions');
  expect(snapStartSetting({}, 'PublishedVersions')).toBe('PublishedVersions');
  expect(snapStartSetting({ ApplyOn: 'None' }, 'PublishedVersions')).toBeUndefined();
  expect(snapStartSetting({ ApplyOn: 'PublishedVersions' })).toBe('PublishedVersions');
});
