import { killGroup, type SpawnedGroup } from '../process/spawner.ts';
import type { SandboxCommand } from '../sandbox.ts';
import { canBeSaid, startScript } from './start-script.ts';

/**
 * A shell that reads what to do from where programs only write: shells read on as far as they can, and what comes by the
 * channel, even at once, is the program's.
 */
const LISTENING = ['/bin/sh', '-c', 'exec /bin/sh <&5'] as const;

/**
 * A shell that waits in a sandbox, sealed as a program is, and becomes the first program. All that a start has to do
 * before the program itself runs (entering limits and namespaces, leaving rights, sealing) is then done: five programs one
 * after the other, which take as long as half the start of an interpreter.
 */
export class WaitingShell {
  readonly #spawned: SpawnedGroup;
  #hasEnded = false;

  private constructor(spawned: SpawnedGroup) {
    this.#spawned = spawned;
    void spawned.exited.then(() => (this.#hasEnded = true));
  }

  /** @param start starts a program in the sandbox */
  static async start(start: (command: SandboxCommand) => Promise<SpawnedGroup>): Promise<WaitingShell> {
    const command = { argv: LISTENING, env: {}, cwd: '/', channel: true };
    return new WaitingShell(await start(command));
  }

  /** Once. The program, with the process of the shell; undefined when this shell cannot become it. */
  become(command: SandboxCommand): SpawnedGroup | undefined {
    const { channel, answers } = this.#spawned;
    const isPossible = !this.#hasEnded && answers?.writable === true && canBeSaid(command);
    if (!isPossible) {
      this.end();
      return undefined;
    }
    const script = startScript(command);
    if (command.channel) {
      answers.write(script);
      return this.#spawned;
    }
    answers.end(script, () => answers.destroy());
    channel?.destroy();
    return { ...this.#spawned, channel: undefined, answers: undefined };
  }

  end(): void {
    killGroup(this.#spawned.pid);
  }
}
