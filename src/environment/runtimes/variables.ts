/** Variables that are the same for every runtime, by facts of AWS; users may override them. */

export const localeVariables = { LANG: 'en_US.UTF-8', TZ: ':UTC' } as const;

/** @param interpreterDirectory takes the place of Lambda's `/var/lang/bin` */
export function programPath(inside: (path: string) => string, interpreterDirectory?: string): string {
  const directories = ['/usr/local/bin', '/usr/bin/', '/bin', inside('/opt/bin')];
  return [...(interpreterDirectory === undefined ? [] : [interpreterDirectory]), ...directories].join(':');
}

/**
 * Only directories of the runtime, the function and its layers: system directories, named outright, could hand the
 * machine's own interpreter the wrong libraries.
 */
export function libraryPath(inside: (path: string) => string): string {
  const directories = ['/var/runtime', '/var/runtime/lib', '/var/task', '/var/task/lib', '/opt/lib'];
  return directories.map(inside).join(':');
}
