import { execFile, spawnSync } from 'node:child_process';

export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end. Never throws for a bad exit code. */
export async function run(
  program: string,
  args: readonly string[],
  options: {
    readonly cwd?: string;
    readonly env?: Readonly<Record<string, string>>;
    readonly timeoutMs?: number;
  } = {},
): Promise<CommandResult> {
  return await new Promise((resolve) => {
    execFile(
      program,
      [...args],
      {
        ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
        env: { ...withoutOwnSettings(process.env), ...options.env },
        timeout: options.timeoutMs ?? 60_000,
        maxBuffer: 64 << 20,
      },
      (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 1;
        resolve({ code, stdout, stderr });
      },
    );
  });
}

/** What the tests are set up with is not for the programs under test. */
function withoutOwnSettings(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('LAMBENT_')));
}

/** Whether a program is there and works; prints why its tests are skipped when not. */
export function available(program: string, ...args: readonly string[]): boolean {
  const tried = spawnSync(program, [...args], { encoding: 'utf8', timeout: 30_000 });
  if (tried.status === 0) return true;
  console.log(
    `skipped: ${program} ${args.join(' ')} does not work here (${tried.error?.message ?? tried.stderr.trim()})`,
  );
  return false;
}
