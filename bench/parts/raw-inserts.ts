import { randomUUID } from 'node:crypto';
import { openStore } from '../../src/store/open-store.ts';

/**
 * Rows of a kilobyte into the platform's own store, one write each, that share commits as they come:
 * `node raw-inserts.ts DIRECTORY CONCURRENCY DURATION_MS [STORE_URL]`. Prints how many a second.
 */
const [directory = '', concurrency = '', durationMs = '', url] = process.argv.slice(2);
const store = await openStore({ dataDir: directory, url, ephemeral: false, onWarning: console.error });
const body = 'x'.repeat(1000);
let done = 0;
// The first time round warms up and is not counted.
let startedAt = performance.now() + Number(durationMs);
setTimeout(() => {
  done = 0;
  startedAt = performance.now();
}, Number(durationMs));

async function insert(): Promise<void> {
  while (performance.now() - startedAt < Number(durationMs)) {
    await store.write(async (tx) => {
      await tx
        .insertInto('resource_tags')
        .values({ resource_arn: randomUUID(), key: 'row', value: body })
        .execute();
    });
    done += 1;
  }
}

await Promise.all(Array.from({ length: Number(concurrency) }, insert));
console.log(`done ${done / ((performance.now() - startedAt) / 1000)}`);
await store.close();
