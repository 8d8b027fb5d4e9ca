import type { Transaction } from 'kysely';
import type { Database } from '../../../store/schema.ts';
import type { Store } from '../../../store/store.ts';
import { ruleDoesNotExist } from '../events-errors.ts';
import { ruleChange, type RuleName, type StoredRule } from './stored-rule.ts';

type Tx = Transaction<Database>;

async function lockRule(store: Store, tx: Tx, { bus, name }: RuleName): Promise<StoredRule | undefined> {
  const row = await tx
    .selectFrom('events_rules')
    .select('definition')
    .where('account_id', '=', bus.accountId)
    .where('region', '=', bus.region)
    .where('bus', '=', bus.name)
    .where('name', '=', name)
    .$if(store.engine === 'postgres', (query) => query.forUpdate())
    .executeTakeFirst();
  return row === undefined ? undefined : (JSON.parse(row.definition) as StoredRule);
}

/** Reads a rule, decides and writes in one transaction. @param decide makes the rule, new or changed; throws to refuse */
export async function putRuleRow(
  store: Store,
  rule: RuleName,
  decide: (before: StoredRule | undefined) => StoredRule,
): Promise<StoredRule> {
  return await store.write(async (tx, announce) => {
    const after = decide(await lockRule(store, tx, rule));
    const definition = JSON.stringify(after);
    await tx
      .insertInto('events_rules')
      .values({
        account_id: rule.bus.accountId,
        region: rule.bus.region,
        bus: rule.bus.name,
        name: rule.name,
        definition,
      })
      .onConflict((conflict) =>
        conflict.columns(['account_id', 'region', 'bus', 'name']).doUpdateSet({ definition }),
      )
      .execute();
    announce(ruleChange(rule, after));
    return after;
  });
}

/** As `putRuleRow`, for a rule that must be there. @throws ResourceNotFoundException */
export async function changeRule(
  store: Store,
  rule: RuleName,
  decide: (before: StoredRule) => StoredRule,
): Promise<StoredRule> {
  return await putRuleRow(store, rule, (before) => {
    if (before === undefined) throw ruleDoesNotExist(rule.name, rule.bus.name);
    return decide(before);
  });
}

/**
 * Takes the right to set a rule off for an instant: of the platforms that share a database, the first one has it.
 * @returns the rule as it is now; undefined when it is gone, switched off, changed, or was set off already
 */
export async function claimInstant(
  store: Store,
  tx: Tx,
  { bus, name, scheduleExpression }: StoredRule,
  atMs: number,
): Promise<StoredRule | undefined> {
  const rule = await lockRule(store, tx, { bus, name });
  if (rule?.isEnabled !== true || rule.scheduleExpression !== scheduleExpression) return undefined;
  if (rule.setOffUntilMs !== undefined && rule.setOffUntilMs >= atMs) return undefined;
  await tx
    .updateTable('events_rules')
    .set({ definition: JSON.stringify({ ...rule, setOffUntilMs: atMs }) })
    .where('account_id', '=', bus.accountId)
    .where('region', '=', bus.region)
    .where('bus', '=', bus.name)
    .where('name', '=', name)
    .execute();
  return rule;
}

/** @param check throws to refuse */
export async function deleteRuleRow(
  store: Store,
  rule: RuleName,
  check: (before: StoredRule) => void,
): Promise<void> {
  await store.write(async (tx, announce) => {
    const before = await lockRule(store, tx, rule);
    if (before === undefined) return;
    check(before);
    await tx
      .deleteFrom('events_rules')
      .where('account_id', '=', rule.bus.accountId)
      .where('region', '=', rule.bus.region)
      .where('bus', '=', rule.bus.name)
      .where('name', '=', rule.name)
      .execute();
    announce(ruleChange(rule));
  });
}
