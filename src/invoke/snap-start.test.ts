import { afterEach, beforeEach, expect, test } from 'vitest';
import { pendingFunction } from '../../test/support/stored-functions.ts';
import { PoolFixture } from '../environment/testing/pool-fixture.ts';
import { functionVersionOf, type StoredFunction } from '../model/stored-function.ts';
import { ChangeFeed } from '../store/change-feed.ts';
import { FunctionDirectory } from './function-directory.ts';
import { SnapStart } from './snap-start.ts';

let fixture: PoolFixture;
let feed: ChangeFeed;
let snapStart: SnapStart;

beforeEach(() => {
  fixture = new PoolFixture();
  feed = new ChangeFeed();
  const directory = new FunctionDirectory((arn, keep) => fixture.pool.retire(arn, keep));
  directory.follow(feed);
  snapStart = new SnapStart(directory, fixture.pool);
  snapStart.begin();
});

afterEach(async () => {
  await fixture.close();
});

function tell(stored: StoredFunction, value: object | undefined): void {
  const key = `${functionVersionOf(stored).functionArn}:${stored.version}`;
  feed.publish([{ kind: 'function', key, value }]);
}

test('a version is initialised that is there, and none that was deleted while its code was unpacked', async () => {
  const published = pendingFunction({ version: '1', snapStart: 'PublishedVersions' });
  tell(published, { current: published, serving: undefined });
  expect(await snapStart.publish(functionVersionOf(published))).toBe('ready');
  expect(fixture.pool.counts().idle).toBe(1);
  tell(published, undefined);
  expect(fixture.pool.counts().idle).toBe(0);
  expect(await snapStart.publish(functionVersionOf(published))).toBe('abandoned');
  expect(fixture.pool.counts()).toEqual({ starting: 0, idle: 0, busy: 0 });
});
