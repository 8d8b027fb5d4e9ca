import { Option, type Command } from 'commander';
import { CliError } from './cli-error.ts';
import type { Credentials } from './sign.ts';

/** Where the platform is and as whom to speak to it. */
export interface Connection {
  readonly endpoint: URL;
  readonly region: string;
  readonly credentials: Credentials;
}

/** The flags that every command has; the Region where it makes a difference. */
export interface CommonFlags {
  readonly endpoint?: string;
  readonly region?: string;
  readonly json?: boolean;
}

export function addCommonFlags(command: Command): Command {
  return command
    .option(
      '--endpoint <url>',
      'where Lambent listens (LAMBENT_ENDPOINT, AWS_ENDPOINT_URL, http://localhost:4566)',
    )
    .addOption(new Option('--json', 'print JSON, for programs'));
}

/** For commands about what is in a Region. */
export function addRegionalFlags(command: Command): Command {
  return addCommonFlags(
    command.option('--region <region>', 'Region (LAMBENT_REGION, AWS_REGION, AWS_DEFAULT_REGION, us-east-1)'),
  );
}

/** @throws CliError when the endpoint is no URL, or the Region none */
export function connectionFrom(flags: CommonFlags, env: NodeJS.ProcessEnv): Connection {
  const address = flags.endpoint || env.LAMBENT_ENDPOINT || env.AWS_ENDPOINT_URL || 'http://localhost:4566';
  return {
    endpoint: parseEndpoint(address),
    region: parseRegion(
      flags.region || env.LAMBENT_REGION || env.AWS_REGION || env.AWS_DEFAULT_REGION || undefined,
    ),
    credentials: credentialsFrom(env),
  };
}

function parseEndpoint(address: string): URL {
  const url = URL.parse(address);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new CliError(`"${address}" is no endpoint.\nIt looks like http://localhost:4566`);
  }
  return url;
}

function parseRegion(name = 'us-east-1'): string {
  if (!/^[a-z]{2,}(-[a-z]+)+-\d+$/.test(name))
    throw new CliError(`"${name}" is no Region.\nIt looks like us-east-1`);
  return name;
}

function credentialsFrom(env: NodeJS.ProcessEnv): Credentials {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = env;
  // Any key will do unless the platform runs with --auth strict.
  if (!accessKeyId || !secretAccessKey) return { accessKeyId: 'test', secretAccessKey: 'test' };
  return { accessKeyId, secretAccessKey, sessionToken: env.AWS_SESSION_TOKEN || undefined };
}
