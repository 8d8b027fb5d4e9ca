import { describe, expect, test } from 'vitest';
import { engines } from '../../../../test/support/engines.ts';
import { MovableClock } from '../../../model/clock.ts';
import { ContentsSweep } from './contents-sweep.ts';

describe.each(engines)('the sweep on $name', (engine) => {
  test('removes deduplication ids that count no more, and leaves the others', async () => {
    const database = await engine.create();
    const store = await database.open();
    const clock = new MovableClock();
    const nowMs = clock.now();
    const row = (n: number, expiresAtMs: number) => ({
      queue_id: 1,
      scope: '',
      deduplication_id: `d${n}`,
      message_id: `m${n}`,
      sequence: n,
      expires_at_ms: expiresAtMs,
    });
    await store.write(async (tx) => {
      for (let n = 0; n < 1200; n += 1) {
        const expiresAtMs = n < 1100 ? nowMs - 10_000 + Math.floor(n / 3) : nowMs + 600_000;
        await tx.insertInto('sqs_deduplications').values(row(n, expiresAtMs)).execute();
      }
    });
    const notices: string[] = [];
    const sweep = new ContentsSweep({ store, clock, onNotice: (message) => notices.push(message) });
    sweep.start();
    await clock.pass(1);
    const left = await store.db.selectFrom('sqs_deduplications').select('deduplication_id').execute();
    expect(left).toHaveLength(100);
    expect(notices).toEqual([]);
    await sweep.stop();
    await store.close();
    await database.remove();
  });
});
