import type { DeleteAliasRequest } from '@aws-sdk/client-lambda';
import type { OperationHandler } from '../../../aws/service.ts';
import { parseFunctionReference } from '../../../model/function-reference.ts';
import { deletePolicies, deleteQualifierRows } from '../functions/qualifier-rows.ts';
import { askedArn } from '../functions/function-rows.ts';
import { checkUnqualified } from '../functions/update-rules.ts';
import type { LambdaDependencies } from '../lambda-dependencies.ts';
import { deleteAliasRow } from './alias-rows.ts';

/** Deleting an alias that is not there succeeds, as on AWS. */
export function deleteAlias(
  deps: LambdaDependencies,
): OperationHandler<DeleteAliasRequest, Record<string, never>> {
  return async (input, context) => {
    const reference = parseFunctionReference(input.FunctionName ?? '', undefined, context);
    checkUnqualified(reference);
    const name = input.Name ?? '';
    await deps.store.write(async (tx, announce) => {
      if (!(await deleteAliasRow(tx, announce, reference, name))) return;
      await deleteQualifierRows(tx, announce, reference, name);
      await deletePolicies(tx, announce, askedArn({ ...reference, qualifier: name }), 'exactly');
    });
    return {};
  };
}
