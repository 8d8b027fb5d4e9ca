/**
 * Loaded into the platform ahead of its own modules (`--import`): takes the time of every write to a file that freezes or
 * thaws, and writes the microseconds of each pair as JSON to the file that FREEZE_PROBE names when the platform ends.
 */
import fs, { writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const FREEZER_FILE = /\/(?:cgroup\.freeze|freezer\.state)$/;
const { openSync, writeSync } = fs;
/** What freezing took, by descriptor, until the thaw that follows. */
const freezers = new Map<number, number | undefined>();
const pairsUs: number[] = [];

fs.openSync = (path, ...rest) => {
  const fd = openSync(path, ...rest);
  if (FREEZER_FILE.test(String(path))) freezers.set(fd, undefined);
  else freezers.delete(fd);
  return fd;
};
fs.writeSync = ((...parameters: Parameters<typeof writeSync>) => {
  if (!freezers.has(parameters[0])) return writeSync(...parameters);
  const startedAt = performance.now();
  const written = writeSync(...parameters);
  note(parameters[0], (performance.now() - startedAt) * 1000);
  return written;
}) as typeof writeSync;
syncBuiltinESMExports();

process.on('exit', () => writeFileSync(process.env['FREEZE_PROBE'] ?? '', JSON.stringify(pairsUs)));

function note(fd: number, tookUs: number): void {
  const freezingUs = freezers.get(fd);
  if (freezingUs !== undefined) pairsUs.push(freezingUs + tookUs);
  freezers.set(fd, freezingUs === undefined ? tookUs : undefined);
}
