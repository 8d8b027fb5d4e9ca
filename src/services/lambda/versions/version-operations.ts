import type { ServiceDefinition } from '../../../aws/service.ts';
import type { LambdaDependencies } from '../lambda-dependencies.ts';
import { listVersionsByFunction } from './list-versions-by-function.ts';
import { publishVersion } from './publish-version.ts';

export function versionOperations(deps: LambdaDependencies): ServiceDefinition['operations'] {
  return {
    ListVersionsByFunction: listVersionsByFunction(deps),
    PublishVersion: publishVersion(deps),
  };
}
