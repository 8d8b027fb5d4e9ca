import { createHash } from 'node:crypto';
import type { RuntimeIdentity } from './system-lines.ts';

/** Counts our own releases of the bootstraps, as AWS counts its runtime versions. */
const RELEASE = 'v1';

/** What INIT_START says of a runtime: `nodejs22.x` is `nodejs:22.v1`, `provided.al2023` is `provided:al2023.v1`. */
export function runtimeIdentity(runtime: string, region: string): RuntimeIdentity {
  const [, family = runtime, number = ''] = /^([a-z]+)\.?(.*?)(?:\.x)?$/.exec(runtime) ?? [];
  const version = `${family}:${number}.${RELEASE}`;
  const hash = createHash('sha256').update(version).digest('hex');
  return { version, arn: `arn:aws:lambda:${region}::runtime:${hash}` };
}
