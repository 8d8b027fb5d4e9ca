import type { DeleteCodeSigningConfigRequest } from '@aws-sdk/client-lambda';
import type { OperationHandler } from '../../../aws/service.ts';
import { resourceConflict } from '../../../model/lambda-errors.ts';
import { codeSigningConfigArn } from '../../../model/stored-code-signing-config.ts';
import type { LambdaDependencies } from '../lambda-dependencies.ts';
import { deleteTags } from '../tags/resource-tags.ts';
import { configNotFound, deleteConfigRow, listUsers, lockConfig } from './config-rows.ts';

export function deleteCodeSigningConfig(
  deps: LambdaDependencies,
): OperationHandler<DeleteCodeSigningConfigRequest, Record<string, never>> {
  return async (input, context) => {
    const arn = input.CodeSigningConfigArn ?? '';
    await deps.store.write(async (tx, announce) => {
      // Locked before its users are counted: whoever attaches it locks it too, so nobody comes in between.
      const config = await lockConfig(tx, arn, context);
      if (config === undefined) throw configNotFound(arn);
      if ((await listUsers(tx, config, '', 1)).length > 0) {
        throw resourceConflict(
          `Cannot delete the code signing configuration ${arn} because it is in use by a function.`,
        );
      }
      await deleteConfigRow(tx, announce, config);
      await deleteTags(tx, codeSigningConfigArn(config));
    });
    return {};
  };
}
