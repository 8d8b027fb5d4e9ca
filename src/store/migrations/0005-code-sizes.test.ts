import { join } from 'node:path';
import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { engines } from '../../../test/support/engines.ts';
import { openPostgres } from '../postgres-engine.ts';
import { openSqlite } from '../sqlite-engine.ts';
import { up as firstTables } from './0001-first-tables.ts';
import { up as lambdaControlPlane } from './0002-lambda-control-plane.ts';
import { up as codeSizes } from './0005-code-sizes.ts';

const onWarning = (message: string): never => {
  throw new Error(message);
};

describe.each(engines)('code sizes on $name', (engine) => {
  test('are read from what was stored before', async () => {
    const database = await engine.create();
    const { dataDir, url } = database;
    const opened = await (url === undefined
      ? openSqlite({ file: join(dataDir, 'lambent.db'), durable: false, onWarning })
      : openPostgres(url, onWarning));
    await opened.migrate(async (db) => {
      await firstTables(db);
      await lambdaControlPlane(db);
      const stored = JSON.stringify({ name: 'f', codeSize: 3_000_000_000 });
      await sql`insert into lambda_functions (account_id, region, name, version, configuration, revision_id)
        values ('0', 'r', 'f', '$LATEST', ${stored}, 'x')`.execute(db);
      await sql`insert into lambda_layer_versions (account_id, region, name, version, configuration)
        values ('0', 'r', 'l', 1, ${JSON.stringify({ codeSize: 7 })})`.execute(db);
      await codeSizes(db);
    });
    const functions = await opened.db.selectFrom('lambda_functions').select('code_size').execute();
    const layers = await opened.db.selectFrom('lambda_layer_versions').select('code_size').execute();
    await opened.close();
    await database.remove();
    expect([...functions, ...layers]).toEqual([{ code_size: 3_000_000_000 }, { code_size: 7 }]);
  });
});
