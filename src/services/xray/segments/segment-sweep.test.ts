import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { engines, type TestDatabase } from '../../../../test/support/engines.ts';
import { MovableClock } from '../../../model/clock.ts';
import type { Store } from '../../../store/store.ts';
import { writeSegments } from './segment-rows.ts';
import { RETENTION_MS, SegmentSweep } from './segment-sweep.ts';

const BYTES = 1_000;

describe.each(engines)('the sweep of segments on $name', (engine) => {
  let database: TestDatabase;
  let store: Store;
  let clock: MovableClock;

  beforeEach(async () => {
    database = await engine.create();
    store = await database.open();
    clock = new MovableClock();
    clock.freeze();
  });

  afterEach(async () => {
    await store.close();
    await database.remove();
  });

  async function keep(count: number, receivedAtMs: number): Promise<void> {
    const rows = Array.from({ length: count }, (_, index) => ({
      account_id: 'a',
      region: 'r',
      trace_id: `1-${receivedAtMs}`,
      id: String(index).padStart(16, '0'),
      is_lambdas: 0,
      trace_start_ms: receivedAtMs,
      received_at_ms: receivedAtMs + index,
      ended_at_ms: receivedAtMs,
      bytes: BYTES,
      document: '{}',
    }));
    await store.write(async (tx) => await writeSegments(tx, rows));
  }

  async function traces(): Promise<Readonly<Record<string, number>>> {
    const rows = await store.db.selectFrom('xray_segments').select('trace_id').execute();
    return Object.fromEntries(
      [...Map.groupBy(rows, (row) => row.trace_id)].map(([id, all]) => [id, all.length]),
    );
  }

  test('removes what is past its retention, every hour', async () => {
    const now = clock.now();
    await keep(3, now - RETENTION_MS + 30 * 60_000);
    await keep(2, now);
    const sweep = new SegmentSweep({ store, clock });
    sweep.start();
    await clock.pass(2 * 60_000);
    expect(Object.values(await traces())).toEqual([3, 2]);
    await clock.pass(3_600_000);
    expect(await traces()).toEqual({ [`1-${now}`]: 2 });
    await sweep.stop();
  });

  test('makes room for more by removing the oldest', async () => {
    const now = clock.now();
    await keep(2_500, now - 2_000_000);
    await keep(2_500, now);
    const sweep = new SegmentSweep({ store, clock }, 4_000 * BYTES);
    sweep.start();
    await clock.pass(2 * 60_000);
    expect(await traces()).toEqual({ [`1-${now - 2_000_000}`]: 500, [`1-${now}`]: 2_500 });
    await sweep.stop();
  });
});
