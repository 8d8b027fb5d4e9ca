import type { AliasConfiguration, GetAliasRequest } from '@aws-sdk/client-lambda';
import type { OperationHandler } from '../../../aws/service.ts';
import { parseFunctionReference } from '../../../model/function-reference.ts';
import { resourceNotFound } from '../../../model/lambda-errors.ts';
import { askedArn } from '../functions/function-rows.ts';
import { checkUnqualified } from '../functions/update-rules.ts';
import type { LambdaDependencies } from '../lambda-dependencies.ts';
import { findAlias } from './alias-rows.ts';
import { aliasConfiguration } from './alias-rules.ts';

export function getAlias(deps: LambdaDependencies): OperationHandler<GetAliasRequest, AliasConfiguration> {
  return async (input, context) => {
    const reference = parseFunctionReference(input.FunctionName ?? '', undefined, context);
    checkUnqualified(reference);
    const name = input.Name ?? '';
    const alias = await findAlias(deps.store.db, reference, name);
    if (alias === undefined) {
      throw resourceNotFound(`Cannot find alias arn: ${askedArn({ ...reference, qualifier: name })}`);
    }
    return aliasConfiguration(alias);
  };
}
