import type { DeleteItemInput, DeleteItemOutput } from '@aws-sdk/client-dynamodb';
import type { OperationHandler } from '../../../aws/service.ts';
import type { DynamodbDependencies } from '../dynamodb-dependencies.ts';
import { askedDeletion } from './asked-writes.ts';
import { onlyOld, writeOutput } from './item-output.ts';

/** Deletes an item; one that is not there is as good as deleted. */
export function deleteItem(deps: DynamodbDependencies): OperationHandler<DeleteItemInput, DeleteItemOutput> {
  return async (input, context) => {
    const asked = askedDeletion(input, context);
    onlyOld(input.ReturnValues);
    const table = await deps.tables.get(asked.name);
    const written = await deps.items.write(asked.on(table));
    return await writeOutput(deps.store, input, asked, { table, ...written }, written.before);
  };
}
