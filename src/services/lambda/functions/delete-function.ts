import type { DeleteFunctionRequest, DeleteFunctionResponse } from '@aws-sdk/client-lambda';
import type { OperationHandler } from '../../../aws/service.ts';
import { parseFunctionReference } from '../../../model/function-reference.ts';
import { invalidParameterValue } from '../../../model/lambda-errors.ts';
import { deleteFunctionRows, deleteVersionRows } from './delete-rows.ts';
import { requireFunction } from './function-rows.ts';
import type { LambdaDependencies } from '../lambda-dependencies.ts';

const NUMBER = /^\d+$/;

export function deleteFunction(
  deps: LambdaDependencies,
): OperationHandler<DeleteFunctionRequest, DeleteFunctionResponse> {
  return async (input, context) => {
    const reference = parseFunctionReference(input.FunctionName ?? '', input.Qualifier, context);
    const { qualifier } = reference;
    if (qualifier === undefined) {
      await deleteFunctionRows(deps.store, reference);
      return { StatusCode: 204 };
    }
    await requireFunction(deps.store.db, reference);
    if (qualifier === '$LATEST') {
      throw invalidParameterValue('$LATEST version cannot be deleted without deleting the function.');
    }
    if (!NUMBER.test(qualifier)) {
      throw invalidParameterValue('Deletion of aliases is not currently supported.');
    }
    await deleteVersionRows(deps.store, reference, qualifier);
    return { StatusCode: 204 };
  };
}
