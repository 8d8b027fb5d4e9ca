import type { Kysely, Transaction } from 'kysely';
import {
  type Caller,
  type FunctionReference,
  parseFunctionReference,
} from '../../../model/function-reference.ts';
import { invalidParameterValue, resourceNotFound } from '../../../model/lambda-errors.ts';
import { TAG_LIMIT } from '../../../model/limits.ts';
import type { Database } from '../../../store/schema.ts';

/**
 * The function a tag operation names. Throws 404 for the other kinds of taggable resource, of which there can be
 * none yet, and InvalidParameterValueException for versions and aliases.
 */
export function taggedFunction(resource: string, caller: Caller): FunctionReference {
  const kind = resource.split(':')[5];
  if (kind === 'event-source-mapping') throw resourceNotFound(`Event source mapping not found: ${resource}`);
  if (kind === 'capacity-provider') throw resourceNotFound(`Capacity provider not found: ${resource}`);
  if (kind === 'code-signing-config') {
    throw resourceNotFound(`The Lambda code signing configuration ${resource} can not be found.`);
  }
  const reference = parseFunctionReference(resource, undefined, caller);
  if (reference.qualifier !== undefined) {
    throw invalidParameterValue(
      'Tags on function aliases and versions are not supported. Please specify a function ARN.',
    );
  }
  return reference;
}

export async function readTags(db: Kysely<Database>, resourceArn: string): Promise<Record<string, string>> {
  const rows = await db
    .selectFrom('resource_tags')
    .select(['key', 'value'])
    .where('resource_arn', '=', resourceArn)
    .orderBy('key')
    .execute();
  return Object.fromEntries(rows.map((row) => [row.key, row.value]));
}

/** Adds and overwrites tags. Throws when the resource would then have more than Lambda allows. */
export async function addTags(
  tx: Transaction<Database>,
  resourceArn: string,
  tags: Readonly<Record<string, string>>,
): Promise<void> {
  checkTagCount({ ...(await readTags(tx, resourceArn)), ...tags });
  for (const [key, value] of Object.entries(tags)) {
    await tx
      .insertInto('resource_tags')
      .values({ resource_arn: resourceArn, key, value })
      .onConflict((conflict) => conflict.columns(['resource_arn', 'key']).doUpdateSet({ value }))
      .execute();
  }
}

export async function removeTags(
  tx: Transaction<Database>,
  resourceArn: string,
  keys: readonly string[],
): Promise<void> {
  if (keys.length === 0) return;
  await tx
    .deleteFrom('resource_tags')
    .where('resource_arn', '=', resourceArn)
    .where('key', 'in', keys)
    .execute();
}

export function checkTagCount(tags: Readonly<Record<string, string>>): void {
  if (Object.keys(tags).length > TAG_LIMIT) {
    throw invalidParameterValue('Number of tags exceeds resource tag limit.');
  }
}
