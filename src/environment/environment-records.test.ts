import { expect, test } from 'vitest';
import { EnvironmentRecords, type RecordedEnvironment } from './environment-records.ts';
import { functionVersion } from './testing/pool-fixture.ts';

function environment(id: string): RecordedEnvironment {
  return {
    id,
    version: functionVersion(),
    initializationType: 'on-demand',
    prepared: false,
    logStream: id,
    createdAtMs: 0,
    state: () => 'idle',
    stats: () => ({ memoryBytes: 0, memoryPeakBytes: 0 }),
  };
}

test('an environment is on record until its sandbox is gone', () => {
  const records = new EnvironmentRecords('process');
  for (const id of ['a', 'b']) {
    records.onSandboxEvent({ kind: 'created', id });
    records.add(environment(id));
  }
  records.onSandboxEvent({ kind: 'started', id: 'b' });
  records.onSandboxEvent({ kind: 'destroyed', id: 'a' });
  expect(records.all().map(({ id, programs }) => [id, programs])).toEqual([['b', 1]]);
});

test('one whose sandbox went before it was complete is not put on record for good', () => {
  const records = new EnvironmentRecords('process');
  records.onSandboxEvent({ kind: 'created', id: 'a' });
  records.onSandboxEvent({ kind: 'destroyed', id: 'a' });
  records.add(environment('a'));
  expect(records.all()).toEqual([]);
});
