import type { ReturnValue, UpdateItemInput, UpdateItemOutput } from '@aws-sdk/client-dynamodb';
import type { OperationHandler } from '../../../aws/service.ts';
import type { DynamodbDependencies } from '../dynamodb-dependencies.ts';
import type { DocumentPath } from '../expressions/document-path.ts';
import { project } from '../expressions/projection.ts';
import type { Item } from '../values/attribute-value.ts';
import { askedUpdate } from './asked-writes.ts';
import { writeOutput } from './item-output.ts';
import type { Written } from './write-decisions.ts';

/** Changes an item, or makes one that has its key and what the update gives it. */
export function updateItem(deps: DynamodbDependencies): OperationHandler<UpdateItemInput, UpdateItemOutput> {
  return async (input, context) => {
    const asked = askedUpdate(input, context);
    const table = await deps.tables.get(asked.name);
    const written = await deps.items.write(asked.on(table));
    const shown = shownAttributes(input.ReturnValues, written, asked.paths);
    return await writeOutput(deps.store, input, asked, { table, ...written }, shown);
  };
}

function shownAttributes(
  wanted: ReturnValue | undefined,
  { before, after }: Written,
  paths: readonly DocumentPath[],
): Item | undefined {
  if (wanted === 'ALL_OLD') return before;
  if (wanted === 'ALL_NEW') return after;
  const item = wanted === 'UPDATED_OLD' ? before : wanted === 'UPDATED_NEW' ? after : undefined;
  if (item === undefined) return undefined;
  const shown = project(item, paths);
  return Object.keys(shown).length > 0 ? shown : undefined;
}
