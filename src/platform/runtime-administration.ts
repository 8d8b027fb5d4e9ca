import { InstallFailed } from '../environment/runtimes/install-failed.ts';
import type { MachineRuntimes } from '../environment/runtimes/machine-runtimes.ts';
import { RuntimeUnavailable } from '../environment/runtimes/runtime-unavailable.ts';
import type { AdminRuntimes } from '../front-doors/admin/runtime-routes.ts';
import type { Warnings } from './warnings.ts';

/** Lists and installs runtimes for the admin routes; warnings that no longer hold are taken back. */
export function adminRuntimes(runtimes: MachineRuntimes, warnings: Warnings): AdminRuntimes {
  const takeBack = async (): Promise<void> => {
    for (const warning of await runtimes.lookAgain()) warnings.remove(warning);
  };
  return {
    list: async () => {
      await takeBack();
      return await runtimes.list();
    },
    install: async (id) => {
      try {
        const installed = await runtimes.install(id);
        await takeBack();
        return installed;
      } catch (error) {
        if (error instanceof InstallFailed || error instanceof RuntimeUnavailable) return error.message;
        throw error;
      }
    },
  };
}
