import { expect, test } from 'vitest';
import { ephemeralStore } from '../../test/support/stored-functions.ts';
import type { PolicyDocument } from '../model/policy/policy-document.ts';
import type { Store } from '../store/store.ts';
import { PolicyDirectory } from './policy-directory.ts';

const ARN = 'arn:aws:lambda:us-east-1:000000000000:function:f';

function policy(Effect: 'Allow' | 'Deny'): PolicyDocument {
  return { Statement: { Effect, Principal: '*', Action: '*', Resource: '*' } };
}

async function announce(store: Store, key: string, value?: PolicyDocument): Promise<void> {
  await store.write(async (_, tell) => {
    await Promise.resolve(tell({ kind: 'resource-policy', key, ...(value && { value }) }));
  });
}

test('the directory has what is stored and follows what changes', async () => {
  const store = await ephemeralStore();
  await store.write(async (tx) => {
    const row = { resource_arn: ARN, policy: JSON.stringify(policy('Deny')), revision_id: 'r' };
    await tx.insertInto('lambda_resource_policies').values(row).execute();
  });
  const directory = new PolicyDirectory();
  await directory.open(store);
  expect(directory.find(ARN)).toMatchObject({ hasDeny: true });
  expect(directory.hasDeny).toBe(true);

  await announce(store, ARN, policy('Allow'));
  expect(directory.find(ARN)).toMatchObject({ hasDeny: false });
  expect(directory.hasDeny).toBe(false);

  await announce(store, `${ARN}:1`, policy('Deny'));
  await announce(store, `${ARN}:1`, policy('Deny'));
  expect(directory.hasDeny).toBe(true);
  await announce(store, `${ARN}:1`);
  expect(directory.find(`${ARN}:1`)).toBeUndefined();
  expect(directory.hasDeny).toBe(false);

  await announce(store, ARN, policy('Deny'));
  directory.clear();
  expect(directory.find(ARN)).toBeUndefined();
  expect(directory.hasDeny).toBe(false);
  await store.close();
});
