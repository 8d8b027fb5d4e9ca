import type { FunctionVersion } from '../model/function-version.ts';

/** `YYYY/MM/DD/[<version>]<32 hex>`; in a group of another name the function's name stands before the version. */
export function logStreamName(version: FunctionVersion, nowMs: number, suffix: string): string {
  const day = new Date(nowMs).toISOString().slice(0, 10).replaceAll('-', '/');
  const owner = version.logGroup === `/aws/lambda/${version.name}` ? '' : version.name;
  return `${day}/${owner}[${version.version}]${suffix}`;
}
