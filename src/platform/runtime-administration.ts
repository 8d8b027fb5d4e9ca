import { InstallFailed } from '../environment/runtimes/install-node.ts';
import type { MachineRuntimes } from '../environment/runtimes/machine-runtimes.ts';
import { RuntimeUnavailable } from '../environment/runtimes/runtime-unavailable.ts';
import type { AdminRuntimes } from '../front-doors/admin/runtime-routes.ts';
import type { AdminAuthorization } from './admin-authorization.ts';
import type { Warnings } from './warnings.ts';

/** Lists and installs runtimes for the admin routes; a warning that an installation has settled is taken back. */
export function adminRuntimes(
  runtimes: MachineRuntimes,
  warnings: Warnings,
  authorize: AdminAuthorization,
): AdminRuntimes {
  return {
    authorize,
    list: () => runtimes.list(),
    install: async (id) => {
      try {
        const { warning } = await runtimes.describe(id);
        const installed = await runtimes.install(id);
        if (warning !== null && installed.warning === null) warnings.remove(warning);
        return installed;
      } catch (error) {
        if (error instanceof InstallFailed || error instanceof RuntimeUnavailable) return error.message;
        throw error;
      }
    },
  };
}
