import type { SamplingRule, SamplingRuleRecord, Tag } from '@aws-sdk/client-xray';
import { type Kysely, sql } from 'kysely';
import { partitionOf } from '../../../model/stored-function.ts';
import type { Database } from '../../../store/schema.ts';
import type { Store } from '../../../store/store.ts';
import type { XraySamplingRuleTable } from '../../../store/xray-schema.ts';
import type { Place } from '../segments/segment-rows.ts';
import { invalidRequest } from '../xray-errors.ts';

/** Sampling rules of one account in a Region, as clients of X-Ray's SDKs get them. */

/** The one that every account has, and that nobody deletes. */
export const DEFAULT_RULE = 'Default';

export interface StoredRule {
  readonly name: string;
  readonly createdAtMs: number;
  readonly modifiedAtMs: number;
  readonly rule: SamplingRule;
  readonly tags: readonly Tag[];
}

/** By priority, the default at the end. */
export async function samplingRules(db: Kysely<Database>, place: Place): Promise<StoredRule[]> {
  const rows = await db
    .selectFrom('xray_sampling_rules')
    .selectAll()
    .where('account_id', '=', place.accountId)
    .where('region', '=', place.region)
    .execute();
  const own = rows.map(storedRule);
  const all = own.some(({ name }) => name === DEFAULT_RULE) ? own : [...own, defaultRule(place)];
  return all.toSorted(
    (a, b) => (a.rule.Priority ?? 0) - (b.rule.Priority ?? 0) || (a.name < b.name ? -1 : 1),
  );
}

/**
 * Those of whoever is about to change one: until the transaction ends no other platform changes any, nor counts them. There
 * may be no row to lock, as of the default.
 */
export async function holdRules(
  tx: Kysely<Database>,
  engine: Store['engine'],
  place: Place,
): Promise<StoredRule[]> {
  const name = `xray rules of ${place.accountId} in ${place.region}`;
  if (engine === 'postgres')
    await sql`select pg_advisory_xact_lock(hashtextextended(${name}, 0))`.execute(tx);
  return await samplingRules(tx, place);
}

function ruleRow({ accountId, region }: Place, stored: StoredRule): XraySamplingRuleTable {
  return {
    account_id: accountId,
    region,
    name: stored.name,
    created_at_ms: stored.createdAtMs,
    modified_at_ms: stored.modifiedAtMs,
    rule: JSON.stringify({ ...stored.rule, Tags: stored.tags } satisfies RuleDocument),
  };
}

/** Makes a rule, or changes the one of its name. */
export async function putRule(tx: Kysely<Database>, place: Place, stored: StoredRule): Promise<void> {
  const row = ruleRow(place, stored);
  const { modified_at_ms, rule } = row;
  await tx
    .insertInto('xray_sampling_rules')
    .values(row)
    .onConflict((known) =>
      known.columns(['account_id', 'region', 'name']).doUpdateSet({ modified_at_ms, rule }),
    )
    .execute();
}

export function shownRule({ rule, createdAtMs, modifiedAtMs }: StoredRule): SamplingRuleRecord {
  return { SamplingRule: rule, CreatedAt: new Date(createdAtMs), ModifiedAt: new Date(modifiedAtMs) };
}

export function ruleArn({ accountId, region }: Place, name: string): string {
  return `arn:${partitionOf(region)}:xray:${region}:${accountId}:sampling-rule/${name}`;
}

/** Of a request, which names a rule by one of both. @throws ServiceError InvalidRequestException */
export function ruleName(place: Place, name: string | undefined, arn: string | undefined): string {
  if ((name === undefined) === (arn === undefined))
    throw invalidRequest('Specify a rule by either name or ARN, but not both.');
  if (arn === undefined) return name ?? '';
  const prefix = ruleArn(place, '');
  if (!arn.startsWith(prefix)) throw invalidRequest(`${arn} is no sampling rule of this account and Region.`);
  return arn.slice(prefix.length);
}

export function ruleMissing(name: string) {
  return invalidRequest(`Sampling rule ${name} does not exist.`);
}

/** What the column `rule` holds. */
type RuleDocument = SamplingRule & { readonly Tags?: readonly Tag[] };

function storedRule(row: XraySamplingRuleTable): StoredRule {
  const { Tags: tags = [], ...rule } = JSON.parse(row.rule) as RuleDocument;
  return {
    name: row.name,
    createdAtMs: row.created_at_ms,
    modifiedAtMs: row.modified_at_ms,
    rule,
    tags,
  };
}

function defaultRule(place: Place): StoredRule {
  return {
    name: DEFAULT_RULE,
    createdAtMs: 0,
    modifiedAtMs: 0,
    rule: {
      RuleName: DEFAULT_RULE,
      RuleARN: ruleArn(place, DEFAULT_RULE),
      ResourceARN: '*',
      Priority: 10_000,
      FixedRate: 0.05,
      ReservoirSize: 1,
      ServiceName: '*',
      ServiceType: '*',
      Host: '*',
      HTTPMethod: '*',
      URLPath: '*',
      Version: 1,
      Attributes: {},
    },
    tags: [],
  };
}
