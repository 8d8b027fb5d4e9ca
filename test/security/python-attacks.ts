import { afterAll, beforeAll, describe, expect } from 'vitest';
import { deploy, invoke } from '../support/functions.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { type AttackedLevel, levels } from './levels.ts';

export const PYTHON = {
  Runtime: 'python3.12',
  Handler: 'index.handler',
  MemorySize: 512,
  Timeout: 30,
} as const;

/** One level's platform, where two functions with the same code run. */
export interface Attacked {
  readonly level: AttackedLevel;
  readonly server: () => TestServer;
  /** Has `attacker` or `neighbour` do one of the things their code can. */
  readonly run: (name: string, what: string) => Promise<unknown>;
}

/**
 * What Python code cannot do that makes system calls of its own, at each level where those reach the host's kernel; a kernel
 * of its own answers them by itself, and each function has all of it.
 * @param code of a handler that does what its event's `do` names
 * @param tests declares them
 */
export function describePythonAttacks(how: string, code: string, tests: (attacked: Attacked) => void): void {
  for (const level of levels.filter(({ hasOwnKernel }) => !hasOwnKernel)) {
    describe.skipIf(level.missing !== undefined)(
      `under --isolation ${level.name}, ${how}, a function cannot`,
      { timeout: 2 * level.timeoutMs },
      () => {
        let server: TestServer;

        beforeAll(async () => {
          server = await startServer({ flags: ['--isolation', level.name] });
          for (const name of ['attacker', 'neighbour'])
            await deploy(server.lambda, name, { 'index.py': code }, PYTHON);
        });

        afterAll(async () => {
          expect(await server?.stop()).toBe(0);
        });

        const run = async (name: string, what: string): Promise<unknown> => {
          const { payload, functionError } = await invoke(server.lambda, name, { do: what });
          expect(functionError, JSON.stringify(payload)).toBeUndefined();
          return payload;
        };

        tests({ level, server: () => server, run });
      },
    );
  }
}
