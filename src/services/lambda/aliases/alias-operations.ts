import type { ServiceDefinition } from '../../../aws/service.ts';
import type { LambdaDependencies } from '../lambda-dependencies.ts';
import { createAlias } from './create-alias.ts';
import { deleteAlias } from './delete-alias.ts';
import { getAlias } from './get-alias.ts';
import { listAliases } from './list-aliases.ts';
import { updateAlias } from './update-alias.ts';

export function aliasOperations(deps: LambdaDependencies): ServiceDefinition['operations'] {
  return {
    CreateAlias: createAlias(deps),
    DeleteAlias: deleteAlias(deps),
    GetAlias: getAlias(deps),
    ListAliases: listAliases(deps),
    UpdateAlias: updateAlias(deps),
  };
}
