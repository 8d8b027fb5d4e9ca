import { chown } from 'node:fs/promises';

/** LAMBENT_E2E_USER=65534 runs any test's servers as the user with that number, where the tests themselves run as root. */
const NUMBER = process.env['LAMBENT_E2E_USER'];

/** As spawn takes it. */
export const SERVER_USER: { readonly uid?: number; readonly gid?: number } =
  NUMBER === undefined ? {} : { uid: Number(NUMBER), gid: Number(NUMBER) };

/** The beginning of a command line that does the same to what root runs by it. */
export const AS_SERVER_USER: readonly string[] =
  NUMBER === undefined
    ? []
    : ['setpriv', `--reuid=${NUMBER}`, `--regid=${NUMBER}`, '--clear-groups', '--inh-caps=-all'];

export const serverIsRoot = (SERVER_USER.uid ?? process.getuid?.()) === 0;

/** What servers are to use as their own, or to have as files of their user that functions must not reach. */
export async function giveToServer(path: string): Promise<void> {
  const { uid, gid } = SERVER_USER;
  if (uid !== undefined && gid !== undefined) await chown(path, uid, gid);
}
