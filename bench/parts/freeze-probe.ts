/**
 * Loaded into the platform ahead of its own modules (`--import`): takes the time of every write to a file that freezes or
 * thaws, and behind each freeze thaws and freezes once more, a millisecond apart. Writes the microseconds of both kinds of pairs as JSON to the
 * file that FREEZE_PROBE names when the platform ends.
 */
import fs, { writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const FREEZER_FILE = /\/(?:cgroup\.freeze|freezer\.state)$/;
const { openSync, writeSync } = fs;
const APART_MS = 1;
type Write = Parameters<typeof writeSync>;

/** What freezing took, and what was written for it, by descriptor, until the thaw that follows. */
const freezers = new Map<number, { readonly tookUs: number; readonly write: Write } | undefined>();
/** What thaws. */
const thaws = new Map<number, Write>();
const pairs = { afterRestUs: [] as number[], soonUs: [] as number[] };

fs.openSync = (path, ...rest) => {
  const fd = openSync(path, ...rest);
  if (FREEZER_FILE.test(String(path))) freezers.set(fd, undefined);
  else freezers.delete(fd);
  thaws.delete(fd);
  return fd;
};
fs.writeSync = ((...write: Write) => {
  const [fd] = write;
  if (!freezers.has(fd)) return writeSync(...write);
  const tookUs = timed(write);
  const frozen = freezers.get(fd);
  if (frozen === undefined) {
    freezers.set(fd, { tookUs, write });
    againSoon(write, thaws.get(fd));
  } else {
    pairs.afterRestUs.push(frozen.tookUs + tookUs);
    freezers.set(fd, undefined);
    thaws.set(fd, write);
  }
  return 1;
}) as typeof writeSync;
syncBuiltinESMExports();

process.on('exit', () => writeFileSync(process.env['FREEZE_PROBE'] ?? '', JSON.stringify(pairs)));

function againSoon(freeze: Write, thaw: Write | undefined): void {
  if (thaw === undefined) return;
  spin();
  const thawedUs = timed(thaw);
  spin();
  pairs.soonUs.push(thawedUs + timed(freeze));
}

/** Long enough that all that was to stop has stopped, or runs and waits again. */
function spin(): void {
  const until = performance.now() + APART_MS;
  while (performance.now() < until);
}

function timed(write: Write): number {
  const startedAt = performance.now();
  writeSync(...write);
  return (performance.now() - startedAt) * 1000;
}
