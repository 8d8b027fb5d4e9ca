import { randomUUID } from 'node:crypto';
import {
  claimDueEvents,
  insertEvents,
  type NewEvent,
  removeEvents,
} from '../../src/invoke/async/async-event-rows.ts';
import { openStore } from '../../src/store/open-store.ts';

/**
 * The bare loop over the platform's own store: events of a kilobyte are claimed and taken away, as many at a time as the
 * platform does, and nothing is run: `node raw-drain.ts DIRECTORY COUNT`. Prints how many a second.
 */
const [directory = '', count = ''] = process.argv.slice(2);
const MOST_AT_ONCE = 64;
const target = { accountId: '000000000000', region: 'us-east-1', name: 'bench' };
const payload = JSON.stringify({ payload: 'x'.repeat(1000) });

const store = await openStore({
  dataDir: directory,
  url: undefined,
  ephemeral: false,
  onWarning: console.error,
});
for (let written = 0; written < Number(count); written += 1000) {
  const size = Math.min(1000, Number(count) - written);
  await store.write(async (tx) => await insertEvents(tx, Array.from({ length: size }, newEvent)));
}

const startedAt = performance.now();
let done = 0;
while (done < Number(count)) {
  const claim = { owner: 'bench', untilMs: Date.now() + 60_000 };
  const { rows } = await store.write(
    async (tx) => await claimDueEvents(tx, target, MOST_AT_ONCE, Date.now(), claim, false),
  );
  const ids = rows.map(({ id }) => id);
  done += (await store.write(async (tx) => await removeEvents(tx, ids, 'bench'))).size;
}
console.log(`done ${done / ((performance.now() - startedAt) / 1000)}`);
await store.close();

function newEvent(): NewEvent {
  const nowMs = Date.now();
  const event = {
    ...target,
    id: randomUUID(),
    qualifier: undefined,
    requestId: randomUUID(),
    traceHeader: 'Root=1-00000000-000000000000000000000000',
    payload,
    acceptedAtMs: nowMs,
    dueAtMs: nowMs,
    attempts: 0,
    setbacks: 0,
  };
  return { event, claim: undefined };
}
