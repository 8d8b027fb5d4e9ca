import type { Kysely, Transaction } from 'kysely';
import type { Caller } from '../../model/function-reference.ts';
import type { Change } from '../../store/change-feed.ts';
import type { AutoscalingDefinitionTable } from '../../store/autoscaling-schema.ts';
import type { Database } from '../../store/schema.ts';
import type { ScalableResource } from './scalable-resource.ts';
import type { StoredAction, StoredPolicy, StoredTarget } from './stored-definitions.ts';

/** Kind of change that whoever scales follows. */
export const DEFINITION_CHANGE = 'autoscaling-definition';

export type Tx = Transaction<Database>;
export type Announce = (change: Change) => void;

/** What is stored for a resource, by kind. */
interface Definitions {
  readonly target: StoredTarget;
  readonly policy: StoredPolicy;
  readonly action: StoredAction;
}
export type DefinitionKind = keyof Definitions;

export interface Definition<Kind extends DefinitionKind> {
  readonly resource: ScalableResource;
  /** Empty for a target. */
  readonly name: string;
  readonly value: Definitions[Kind];
}

/** All of a kind, of one account in one Region or of every one, in the order of resources and names. */
export async function readDefinitions<Kind extends DefinitionKind>(
  db: Kysely<Database>,
  kind: Kind,
  of: Caller | undefined,
): Promise<Definition<Kind>[]> {
  let query = db.selectFrom('autoscaling_definitions').selectAll().where('kind', '=', kind);
  if (of !== undefined) query = query.where('account_id', '=', of.accountId).where('region', '=', of.region);
  const rows = await query.orderBy('resource_id').orderBy('name').execute();
  return rows.map((row) => definitionOf<Kind>(row));
}

/** Those of one resource. */
export async function readDefinitionsOf<Kind extends DefinitionKind>(
  db: Kysely<Database>,
  kind: Kind,
  resource: ScalableResource,
): Promise<Definition<Kind>[]> {
  const all = await readDefinitions(db, kind, resource);
  return all.filter((each) => each.resource.resourceId === resource.resourceId);
}

export async function findDefinition<Kind extends DefinitionKind>(
  db: Kysely<Database>,
  kind: Kind,
  resource: ScalableResource,
  name = '',
): Promise<Definitions[Kind] | undefined> {
  const row = await db
    .selectFrom('autoscaling_definitions')
    .select('configuration')
    .where('account_id', '=', resource.accountId)
    .where('region', '=', resource.region)
    .where('resource_id', '=', resource.resourceId)
    .where('kind', '=', kind)
    .where('name', '=', name)
    .executeTakeFirst();
  return row === undefined ? undefined : (JSON.parse(row.configuration) as Definitions[Kind]);
}

/**
 * As `findDefinition`, and nobody changes or deletes it until the transaction ends: an update that changes nothing
 * holds the row on PostgreSQL, and means nothing on SQLite, which has one writer.
 */
export async function holdDefinition<Kind extends DefinitionKind>(
  tx: Tx,
  kind: Kind,
  resource: ScalableResource,
  name = '',
): Promise<Definitions[Kind] | undefined> {
  const row = await tx
    .updateTable('autoscaling_definitions')
    .set((column) => ({ configuration: column.ref('configuration') }))
    .where('account_id', '=', resource.accountId)
    .where('region', '=', resource.region)
    .where('resource_id', '=', resource.resourceId)
    .where('kind', '=', kind)
    .where('name', '=', name)
    .returning('configuration')
    .executeTakeFirst();
  return row === undefined ? undefined : (JSON.parse(row.configuration) as Definitions[Kind]);
}

/** False: there is one, which a platform may just have added. */
export async function addDefinition<Kind extends DefinitionKind>(
  tx: Tx,
  announce: Announce,
  kind: Kind,
  definition: Definition<Kind>,
): Promise<boolean> {
  const added = await tx
    .insertInto('autoscaling_definitions')
    .values(rowOf(kind, definition))
    .onConflict((conflict) => conflict.doNothing())
    .returning('name')
    .executeTakeFirst();
  if (added !== undefined) announce(changeOf(kind, definition));
  return added !== undefined;
}

/** Adds it, or takes the place of the one there is. */
export async function writeDefinition<Kind extends DefinitionKind>(
  tx: Tx,
  announce: Announce,
  kind: Kind,
  definition: Definition<Kind>,
): Promise<void> {
  const row = rowOf(kind, definition);
  await tx
    .insertInto('autoscaling_definitions')
    .values(row)
    .onConflict((conflict) =>
      conflict
        .columns(['account_id', 'region', 'resource_id', 'kind', 'name'])
        .doUpdateSet({ configuration: row.configuration }),
    )
    .execute();
  announce(changeOf(kind, definition));
}

/** False when there was none. */
export async function deleteDefinition(
  tx: Tx,
  announce: Announce,
  kind: DefinitionKind,
  resource: ScalableResource,
  name = '',
): Promise<boolean> {
  const { accountId, region, resourceId } = resource;
  const deleted = await tx
    .deleteFrom('autoscaling_definitions')
    .where('account_id', '=', accountId)
    .where('region', '=', region)
    .where('resource_id', '=', resourceId)
    .where('kind', '=', kind)
    .where('name', '=', name)
    .executeTakeFirst();
  if (deleted.numDeletedRows === 0n) return false;
  announce({ kind: DEFINITION_CHANGE, key: keyOf(kind, resource, name) });
  return true;
}

function rowOf<Kind extends DefinitionKind>(
  kind: Kind,
  { resource, name, value }: Definition<Kind>,
): AutoscalingDefinitionTable {
  const { accountId, region, resourceId } = resource;
  const configuration = JSON.stringify(value);
  return { account_id: accountId, region, resource_id: resourceId, kind, name, configuration };
}

function changeOf<Kind extends DefinitionKind>(
  kind: Kind,
  { resource, name, value }: Definition<Kind>,
): Change {
  return { kind: DEFINITION_CHANGE, key: keyOf(kind, resource, name), value };
}

function keyOf(
  kind: DefinitionKind,
  { accountId, region, resourceId }: ScalableResource,
  name: string,
): string {
  return `${accountId}/${region}/${resourceId}/${kind}/${name}`;
}

/** Account, Region and resource of the target that a change is about; undefined for policies and actions. */
export function targetOfChange({ key }: Change): string | undefined {
  const [accountId, region, resourceId, kind] = key.split('/', 4);
  return kind === 'target' ? `${accountId}/${region}/${resourceId}` : undefined;
}

function definitionOf<Kind extends DefinitionKind>(row: AutoscalingDefinitionTable): Definition<Kind> {
  const { account_id: accountId, region, resource_id: resourceId } = row;
  const [, name = '', qualifier = ''] = resourceId.split(':');
  return {
    resource: { accountId, region, resourceId, name, qualifier },
    name: row.name,
    value: JSON.parse(row.configuration) as Definitions[Kind],
  };
}
