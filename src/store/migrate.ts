import { type Kysely, sql } from 'kysely';
import { Migrator } from 'kysely/migration';
import { up as firstTables } from './migrations/0001-first-tables.ts';
import { up as lambdaControlPlane } from './migrations/0002-lambda-control-plane.ts';
import { up as lambdaAsyncEvents } from './migrations/0003-lambda-async-events.ts';
import { up as concurrencyLocks } from './migrations/0004-concurrency-locks.ts';
import { up as codeSizes } from './migrations/0005-code-sizes.ts';
import { up as functionUrls } from './migrations/0006-function-urls.ts';
import { up as sqs } from './migrations/0007-sqs.ts';
import { up as deliveries } from './migrations/0008-deliveries.ts';
import { up as identities } from './migrations/0011-identities.ts';
import { up as applicationAutoscaling } from './migrations/0012-application-autoscaling.ts';
import { up as sns } from './migrations/0009-sns.ts';
import { up as events } from './migrations/0010-events.ts';
import { up as scheduler } from './migrations/0013-scheduler.ts';
import { up as eventArchives } from './migrations/0014-event-archives.ts';
import { up as kinesis } from './migrations/0015-kinesis.ts';
import { up as s3 } from './migrations/0016-s3.ts';
import { up as eventSourceMappings } from './migrations/0018-event-source-mappings.ts';
import { up as dynamodb } from './migrations/0019-dynamodb.ts';
import { up as dynamodbContents } from './migrations/0020-dynamodb-contents.ts';
import { up as dynamodbDestinations } from './migrations/0021-dynamodb-destinations.ts';
import { up as xray } from './migrations/0022-xray.ts';
import { up as platformChanges } from './migrations/0023-platform-changes.ts';
import { up as whatCameLater } from './migrations/0023-what-came-later.ts';
import { up as platformShares } from './migrations/0024-platform-shares.ts';
import type { Database } from './schema.ts';
import { reasonOf, StoreUnavailable } from './store-unavailable.ts';

/** In order. A migration that was released is never changed: a new one follows it. */
const MIGRATIONS = {
  '0001-first-tables': { up: firstTables },
  '0002-lambda-control-plane': { up: lambdaControlPlane },
  '0003-lambda-async-events': { up: lambdaAsyncEvents },
  '0004-concurrency-locks': { up: concurrencyLocks },
  '0005-code-sizes': { up: codeSizes },
  '0006-function-urls': { up: functionUrls },
  '0007-sqs': { up: sqs },
  '0008-deliveries': { up: deliveries },
  '0011-identities': { up: identities },
  '0012-application-autoscaling': { up: applicationAutoscaling },
  '0009-sns': { up: sns },
  '0010-events': { up: events },
  '0013-scheduler': { up: scheduler },
  '0014-event-archives': { up: eventArchives },
  '0015-kinesis': { up: kinesis },
  '0016-s3': { up: s3 },
  '0018-event-source-mappings': { up: eventSourceMappings },
  '0019-dynamodb': { up: dynamodb },
  '0020-dynamodb-contents': { up: dynamodbContents },
  '0021-dynamodb-destinations': { up: dynamodbDestinations },
  '0022-xray': { up: xray },
  '0023-platform-changes': { up: platformChanges },
  '0023-what-came-later': { up: whatCameLater },
  '0024-platform-shares': { up: platformShares },
};

/** Brings the tables up to date. @throws StoreUnavailable when they come from a newer version, or a step fails */
export async function migrate(db: Kysely<Database>): Promise<void> {
  const known = Object.keys(MIGRATIONS);
  const done = await doneMigrations(db);
  const newer = done.find((name) => !known.includes(name));
  if (newer !== undefined) {
    throw new StoreUnavailable(
      `The store was written by a newer version of Lambent (it has ${newer}): start that version, or use another store.`,
    );
  }
  if (done.length === known.length) return;
  const migrator = new Migrator({
    db,
    provider: { getMigrations: async () => MIGRATIONS },
    // They came in another order than their numbers': a store between two of them has the later one already.
    allowUnorderedMigrations: true,
  });
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined)
    throw new StoreUnavailable(`Cannot prepare the store's tables: ${reasonOf(error)}.`);
}

/** Asked directly, since the migrator's own look round costs a start-up more than everything else here. */
async function doneMigrations(db: Kysely<Database>): Promise<readonly string[]> {
  try {
    const names = sql<{ name: string }>`select name from kysely_migration order by name`;
    return (await names.execute(db)).rows.map((row) => row.name);
  } catch (error) {
    const tables = await db.introspection.getTables({ withInternalKyselyTables: true });
    if (tables.some((table) => table.name === 'kysely_migration')) throw error;
    return [];
  }
}
