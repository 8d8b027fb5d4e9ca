// Writes to a store without end and says after each write that it was acknowledged; for tests that kill it.
// Arguments: data directory, URL of the database or nothing, number of the first write.
import { writeSync } from 'node:fs';
import { openStore } from '../../src/store/open-store.ts';

const [dataDir = '', url = '', first = '0'] = process.argv.slice(2);
const store = await openStore({
  dataDir,
  url: url === '' ? undefined : url,
  ephemeral: false,
  onWarning: (message) => {
    throw new Error(message);
  },
});

/** Two rows and a blob that belong together; every third write also lets go of an earlier blob. */
async function writeOne(number: number): Promise<void> {
  const sha256 = await store.blobs.put(Buffer.from(`content ${number}`));
  const key = String(number);
  await store.write(async (tx) => {
    await tx.insertInto('resource_tags').values({ resource_arn: 'first', key, value: sha256 }).execute();
    await store.blobs.reference(tx, sha256, key);
    const earlier = await tx
      .selectFrom('blob_references')
      .selectAll()
      .where('owner', '=', String(number - 3))
      .executeTakeFirst();
    if (number % 3 === 0 && earlier !== undefined) {
      await store.blobs.release(tx, earlier.sha256, earlier.owner);
      await tx.deleteFrom('resource_tags').where('key', '=', earlier.owner).execute();
    }
    await tx.insertInto('resource_tags').values({ resource_arn: 'second', key, value: sha256 }).execute();
  });
  writeSync(1, `${number}\n`);
}

let next = Number(first);
async function writeForever(): Promise<never> {
  for (;;) {
    next += 1;
    await writeOne(next);
  }
}
await Promise.all(Array.from({ length: 6 }, writeForever));
