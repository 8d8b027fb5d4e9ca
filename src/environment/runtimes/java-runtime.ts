import { dirname } from 'node:path';
import type { ResolvedRuntime } from '../runtime-catalog.ts';
import type { FoundRuntime, RuntimeSearch } from './found-runtime.ts';
import { chooseRatherNewer } from './interpreter.ts';
import { chooseInterpreter, type WantedInterpreter } from './interpreter-choice.ts';
import { findJavaBootstrap, type JavaBootstrap } from './java-bootstrap.ts';
import { findJava, type JavaInterpreter } from './java-interpreters.ts';
import { linkedDirectories } from './linked-directories.ts';
import { RuntimeUnavailable } from './runtime-unavailable.ts';
import { libraryPath, localeVariables, programPath } from './variables.ts';

/** Of the function's memory, as AWS divides it: the rest is the virtual machine's own. */
const HEAP_SHARE = 0.85;

const FIRST_WITH_RECORDS = 21;

/** The bootstrap reaches the frame channel by its descriptor, and up to java11 the trace id goes into the environment. */
const OPENED = ['java.base/java.io', 'java.base/java.lang', 'java.base/java.util'];

/** @param release the major version of Java that the runtime is for */
export async function findJavaRuntime(
  id: string,
  release: number,
  search: RuntimeSearch,
): Promise<FoundRuntime> {
  const found = findJava(search.searchPath);
  // A newer one would do, but where there is one only the very version is left to wish for.
  const exactly = search.strict || found.some((java) => java.release > release);
  const choice = chooseInterpreter(found, wanted(id, release, exactly), search.strict, chooseRatherNewer);
  const { interpreter, warning, remedy } = choice;
  const compilers = [interpreter, ...found].filter(({ compiler }) => compiler !== undefined);
  const bootstrap = await findJavaBootstrap(search, compilers);
  if (bootstrap === undefined) {
    throw new RuntimeUnavailable(
      id,
      `The runtime ${id} needs a JDK: ${interpreter.home} is without a compiler.`,
      `Install one (${example(release, exactly)}).`,
    );
  }
  // As on AWS, newer runtimes only.
  const writesRecords = bootstrap.protocol === 'runtime-api' && release >= FIRST_WITH_RECORDS;
  const runtime = describeJavaRuntime(id, interpreter, bootstrap, warning);
  return { runtime: writesRecords ? withRecords(runtime) : runtime, interpreter, remedy };
}

function wanted(id: string, release: number, exactly: boolean): WantedInterpreter {
  const kind = exactly ? `a JDK ${release}` : `a JDK ${release} or newer`;
  const advice = `Install ${kind} (${example(release, exactly)}), and put its \`java\` on the PATH or its folder into /usr/lib/jvm.`;
  return { id, release, language: 'Java', spelling: String(release), advice };
}

/** No system has all of them, and every one has a default that most runtimes will do with. */
function example(release: number, exactly: boolean): string {
  const name = exactly ? `openjdk-${release}-jdk-headless` : 'default-jdk-headless';
  return `for example \`apt-get install ${name}\``;
}

function describeJavaRuntime(
  id: string,
  java: JavaInterpreter,
  { protocol, directory, command }: JavaBootstrap,
  warning: string | undefined,
): ResolvedRuntime {
  const { home } = java;
  return {
    id,
    protocol,
    argv: (inside, memoryMb) =>
      command(inside, [java.path, ...machineOptions(java, memoryMb), ...temporaryDirectory(inside)]),
    env: (inside) => ({
      ...localeVariables,
      AWS_EXECUTION_ENV: `AWS_Lambda_${id}`,
      LAMBDA_RUNTIME_DIR: inside('/var/runtime'),
      PATH: programPath(inside, dirname(java.path)),
      LD_LIBRARY_PATH: libraryPath(inside),
    }),
    directories: [
      { hostPath: directory, sandboxPath: '/var/runtime' },
      { hostPath: home, sandboxPath: home },
      ...linkedDirectories(home, ['conf', 'lib']),
    ],
    warning,
  };
}

/** AWS's client writes what the function logs there, each record whole: over the Runtime API alone it could only print. */
function withRecords(runtime: ResolvedRuntime): ResolvedRuntime {
  return {
    ...runtime,
    writesRecords: true,
    env: (inside) => ({ ...runtime.env(inside), _LAMBDA_TELEMETRY_LOG_FD: '5' }),
  };
}

/** One function runs one invocation at a time: what pays off on large servers only costs start-up time and memory here. */
function machineOptions({ release }: JavaInterpreter, memoryMb: number): string[] {
  const opened = OPENED.map((part) => `--add-opens=${part}=ALL-UNNAMED`);
  return [
    `-Xmx${Math.floor(memoryMb * 1024 * HEAP_SHARE)}k`,
    '-XX:+UseSerialGC',
    '-XX:TieredStopAtLevel=1',
    '-XX:-UsePerfData',
    '-Xshare:auto',
    // Where hooks of SnapStart register that are written for `org.crac`, as in Lambda's runtime.
    '-Dorg.crac.Core.Compat=com.amazonaws.services.lambda.crac',
    ...(release > 8 ? opened : []),
  ];
}

/** Java looks for temporary files in /tmp whatever the environment says. */
function temporaryDirectory(inside: (path: string) => string): string[] {
  const directory = inside('/tmp');
  return directory === '/tmp' ? [] : [`-Djava.io.tmpdir=${directory}`];
}
