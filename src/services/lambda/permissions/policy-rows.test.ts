import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { engines, type TestDatabase } from '../../../../test/support/engines.ts';
import type { PolicyStatement } from '../../../model/policy/policy-document.ts';
import type { Change } from '../../../store/change-feed.ts';
import type { Store } from '../../../store/store.ts';
import { changePolicy, findPolicy, type StoredPolicy } from './policy-rows.ts';
import { withoutStatement, withStatement } from './policy-statements.ts';

const ARN = 'arn:aws:lambda:us-east-1:000000000000:function:f:live';

let database: TestDatabase;
let store: Store;
let changes: Change[];

function statement(Sid: string): PolicyStatement {
  return { Sid, Effect: 'Allow', Principal: '*', Action: 'lambda:InvokeFunction', Resource: ARN };
}

async function add(to: Store, sid: string): Promise<StoredPolicy | undefined> {
  return await changePolicy(
    to,
    ARN,
    async (before) => await Promise.resolve(withStatement(before?.document, statement(sid))),
  );
}

describe.each(engines)('policy rows on $name', (engine) => {
  beforeEach(async () => {
    database = await engine.create();
    store = await database.open();
    changes = [];
    store.changes.subscribe('resource-policy', (change) => changes.push(change));
  });

  afterEach(async () => {
    await store.close();
    await database.remove();
  });

  test('are announced with their document, found again, and gone', async () => {
    expect(await findPolicy(store.db, ARN)).toBeUndefined();
    const made = await add(store, 'a');
    const value = { Version: '2012-10-17', Id: 'default', Statement: [statement('a')] };
    expect(made).toMatchObject({ document: value, text: JSON.stringify(value) });
    expect(await findPolicy(store.db, ARN)).toEqual(made);
    const changed = await add(store, 'b');
    expect(changed?.revisionId).not.toBe(made?.revisionId);
    await changePolicy(store, ARN, async (before) => {
      const left = before && withoutStatement(before.document, 'a');
      return await Promise.resolve(left);
    });
    expect(await changePolicy(store, ARN, async () => await Promise.resolve(undefined))).toBeUndefined();
    expect(await findPolicy(store.db, ARN)).toBeUndefined();
    expect(changes.map(({ key }) => key)).toEqual([ARN, ARN, ARN, ARN]);
    expect(changes[0]).toEqual({ kind: 'resource-policy', key: ARN, value });
    expect(changes[2]).toMatchObject({ value: { Statement: [statement('b')] } });
    expect(changes[3]).toEqual({ kind: 'resource-policy', key: ARN });
  });

  test('stay as they are when the change is refused', async () => {
    const made = await add(store, 'a');
    await expect(add(store, 'a')).rejects.toMatchObject({ code: 'ResourceConflictException' });
    await expect(
      changePolicy(
        store,
        ARN,
        async (before) => await Promise.resolve(before && withoutStatement(before.document, 'x')),
      ),
    ).rejects.toMatchObject({ message: 'Statement x is not found in resource policy.' });
    expect(await findPolicy(store.db, ARN)).toEqual(made);
    expect(changes).toHaveLength(1);
  });

  test.runIf(engine.name === 'postgres')('lose nothing to another process', async () => {
    const other = await database.open();
    try {
      const sids = Array.from({ length: 12 }, (_, index) => `s${index}`);
      await Promise.all(sids.map(async (sid, index) => await add(index % 2 === 0 ? store : other, sid)));
      const found = await findPolicy(other.db, ARN);
      const statements = found?.document.Statement as PolicyStatement[];
      expect(statements.map(({ Sid = '' }) => Sid).toSorted()).toEqual(sids.toSorted());
    } finally {
      await other.close();
    }
  });
});
