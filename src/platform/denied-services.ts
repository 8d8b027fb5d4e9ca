import type { Config } from '../config.ts';
import type { OnDeniedService } from '../model/denied-service.ts';
import type { Warnings } from './warnings.ts';

/** As on AWS a service is refused; under `--permissions relaxed` the operator is told once what would have been. */
export function deniedServices({ permissions }: Config, warnings: Warnings): OnDeniedService {
  if (permissions === 'relaxed')
    return (denial) =>
      warnings.add(`Let in by --permissions relaxed, AWS would refuse it: ${denial.message}`);
  return (denial) => {
    throw denial;
  };
}
