import { execFile } from 'node:child_process';

/** Resident memory of every process group on the machine, bytes, by `ps`: for systems without /proc. */
export function residentByGroup(): Promise<Map<number, number>> {
  return new Promise((resolve) => {
    execFile('/bin/ps', ['-axo', 'pgid=,rss='], (_error, stdout) => resolve(parseGroups(stdout)));
  });
}

/** @param text lines of `<process group> <resident kilobytes>` */
export function parseGroups(text: string): Map<number, number> {
  const groups = new Map<number, number>();
  for (const [, group, kilobytes] of text.matchAll(/^\s*(\d+)\s+(\d+)\s*$/gm)) {
    const key = Number(group);
    groups.set(key, (groups.get(key) ?? 0) + Number(kilobytes) * 1024);
  }
  return groups;
}
