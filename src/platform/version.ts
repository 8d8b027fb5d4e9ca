import { readFileSync } from 'node:fs';

/** From package.json, which stands two folders above the sources and three above what is built from them. */
export const VERSION = readVersion(['../../package.json', '../../../package.json']);

function readVersion(candidates: readonly string[]): string {
  for (const candidate of candidates) {
    try {
      const { name, version } = JSON.parse(readFileSync(new URL(candidate, import.meta.url), 'utf8')) as {
        name?: string;
        version?: string;
      };
      if (name === 'lambent' && version !== undefined) return version;
    } catch {
      // The other place, then.
    }
  }
  return 'unknown';
}
