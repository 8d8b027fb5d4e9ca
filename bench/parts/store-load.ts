import { randomUUID } from 'node:crypto';
import { AsyncDispatcher } from '../../src/invoke/async/async-dispatcher.ts';
import { EventInvokeConfigs } from '../../src/invoke/async/event-invoke-configs.ts';
import { MovableClock } from '../../src/model/clock.ts';
import { BatchedWrites } from '../../src/store/batched-writes.ts';
import { openStore } from '../../src/store/open-store.ts';

/**
 * A kilobyte at a time into the platform's own store, many at once:
 * `node store-load.ts DIRECTORY single|grouped|accept CONCURRENCY DURATION_MS [STORE_URL]`.
 * `single`: a bare row is one write, and writes share commits as they come. `grouped`: all rows that wait are one write.
 * `accept`: what the platform does with an event for a function, without HTTP. Prints how many a second.
 */
const [directory = '', kind = '', concurrency = '', durationMs = '', url] = process.argv.slice(2);
const store = await openStore({ dataDir: directory, url, ephemeral: false, onWarning: console.error });
const body = 'x'.repeat(1000);
const row = () => ({ resource_arn: randomUUID(), key: 'row', value: body });

const grouped = new BatchedWrites<ReturnType<typeof row>, undefined>({
  store,
  size: ({ value }) => value.length,
  write: async (tx, rows) => {
    await tx.insertInto('resource_tags').values(rows).execute();
    return rows.map(() => undefined);
  },
});

// Never started: what it accepts waits.
const dispatcher = new AsyncDispatcher({
  store,
  clock: new MovableClock(),
  invoker: { check: () => undefined, invoke: () => Promise.reject(new Error('Nothing runs here.')) },
  configs: new EventInvokeConfigs(),
  targets: {},
  target: () => undefined,
  roles: { check: () => undefined },
  reservedConcurrency: () => undefined,
  owner: 'bench',
  mostInHand: 1000,
  onNotice: console.error,
});
const target = { accountId: '000000000000', region: 'us-east-1', name: 'bench', qualifier: undefined };

const ONE: Readonly<Record<string, () => Promise<unknown>>> = {
  single: async () =>
    await store.write(async (tx) => await tx.insertInto('resource_tags').values(row()).execute()),
  grouped: async () => await grouped.add(row()),
  accept: async () =>
    await dispatcher.accept({
      ...target,
      payload: Buffer.from(body),
      requestId: randomUUID(),
      traceId: undefined,
    }),
};
const one = ONE[kind];
if (one === undefined) throw new Error(`There is no ${kind}.`);

let done = 0;
// The first time round warms up and is not counted.
let startedAt = performance.now() + Number(durationMs);
setTimeout(() => {
  done = 0;
  startedAt = performance.now();
}, Number(durationMs));

async function repeat(insert: () => Promise<unknown>): Promise<void> {
  while (performance.now() - startedAt < Number(durationMs)) {
    await insert();
    done += 1;
  }
}

await Promise.all(Array.from({ length: Number(concurrency) }, async () => await repeat(one)));
console.log(`done ${done / ((performance.now() - startedAt) / 1000)}`);
await store.close();
