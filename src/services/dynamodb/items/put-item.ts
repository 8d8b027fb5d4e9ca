import type { PutItemInput, PutItemOutput } from '@aws-sdk/client-dynamodb';
import type { OperationHandler } from '../../../aws/service.ts';
import type { DynamodbDependencies } from '../dynamodb-dependencies.ts';
import { askedPut } from './asked-writes.ts';
import { onlyOld, writeOutput } from './item-output.ts';

export function putItem(deps: DynamodbDependencies): OperationHandler<PutItemInput, PutItemOutput> {
  return async (input, context) => {
    const asked = askedPut(input, context);
    onlyOld(input.ReturnValues);
    const table = await deps.tables.get(asked.name);
    const written = await deps.items.write(asked.on(table));
    return await writeOutput(deps.store, input, asked, { table, ...written }, written.before);
  };
}
