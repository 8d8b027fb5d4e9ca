import { spawnSync } from 'node:child_process';
import { available } from './commands.ts';

export interface InstalledCli {
  readonly program: string;
  /** The major one. */
  readonly version: string;
}

/** What AWS's own programs are told, besides where the endpoint is. */
export const AWS_ENVIRONMENT = {
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
  AWS_DEFAULT_REGION: 'us-east-1',
  AWS_PAGER: '',
};

/** Every AWS CLI on the machine, one of each major version; says so where there is none. */
export function installedClis(): InstalledCli[] {
  const found = new Map<string, InstalledCli>();
  for (const program of ['aws', '/usr/bin/aws', '/usr/local/bin/aws']) {
    const asked = spawnSync(program, ['--version'], { encoding: 'utf8' });
    const version = /aws-cli\/(\d+)/.exec(`${asked.stdout}${asked.stderr}`)?.[1];
    if (asked.status === 0 && version !== undefined && !found.has(version))
      found.set(version, { program, version });
  }
  if (found.size === 0) console.log('skipped: there is no AWS CLI on this machine');
  return [...found.values()];
}

/** Whether Python has AWS's SDK; says so where it has not. */
export function installedBoto3(): boolean {
  const isThere = available('python3', '-c', 'import boto3');
  if (!isThere) console.log('skipped: there is no boto3 on this machine');
  return isThere;
}
