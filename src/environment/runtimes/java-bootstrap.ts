import { join } from 'node:path';
import type { ResolvedRuntime } from '../runtime-catalog.ts';
import type { RuntimeSearch } from './found-runtime.ts';
import { buildJavaDirectory } from './java-directory.ts';
import type { JavaInterpreter } from './java-interpreters.ts';
import { namesIn } from './what-is-there.ts';

type CommandLine = readonly [string, ...string[]];

/** What stands between the platform and a handler written in Java. */
export interface JavaBootstrap {
  readonly protocol: ResolvedRuntime['protocol'];
  /** What a function sees as `/var/runtime`. */
  readonly directory: string;
  /** @param machine the virtual machine with its options */
  readonly command: (inside: (path: string) => string, machine: CommandLine) => CommandLine;
}

/** Where whoever runs this machine may put AWS's own client, with what it depends on: below the installed runtimes. */
const CLIENT_FOLDER = 'java-client';
const CLIENT = /^aws-lambda-java-runtime-interface-client-.*\.jar$/;
const CLIENT_MAIN = 'com.amazonaws.services.lambda.runtime.api.client.AWSLambda';
/** It takes the handler's name as an argument, which only the environment holds. */
const START_CLIENT = 'exec "$0" "$@" "$_HANDLER"';

/**
 * AWS's own client where it is there, else ours, which is compiled first.
 * @param compilers of this machine, the best first
 */
export async function findJavaBootstrap(
  { installDirectory, cacheDirectory }: RuntimeSearch,
  compilers: readonly JavaInterpreter[],
): Promise<JavaBootstrap | undefined> {
  const client = join(installDirectory, CLIENT_FOLDER);
  if (namesIn(client).some((name) => CLIENT.test(name))) return officialClient(client);
  if (compilers.length === 0) return undefined;
  return ownBootstrap(await buildJavaDirectory(cacheDirectory, compilers));
}

function officialClient(directory: string): JavaBootstrap {
  return {
    protocol: 'runtime-api',
    directory,
    command: (inside, machine) => [
      '/bin/sh',
      '-c',
      START_CLIENT,
      ...machine,
      '-cp',
      inside('/var/runtime/*'),
      CLIENT_MAIN,
    ],
  };
}

function ownBootstrap(directory: string): JavaBootstrap {
  return {
    protocol: 'frames',
    directory,
    command: (inside, machine) => [
      ...machine,
      '-cp',
      inside('/var/runtime'),
      'lambent.Bootstrap',
      inside('/opt/java'),
    ],
  };
}
