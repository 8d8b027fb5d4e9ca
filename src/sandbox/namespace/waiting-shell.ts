import { killGroup, type SpawnedGroup } from '../process/spawner.ts';
import type { SandboxCommand } from '../sandbox.ts';

/** What a shell of one program's own variables and no others could not be told to start. */
const NAME = /^[A-Za-z_]\w*$/;

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
  readonly #env: string;
  #hasEnded = false;

  private constructor(spawned: SpawnedGroup, env: string) {
    this.#spawned = spawned;
    this.#env = env;
    void spawned.exited.then(() => (this.#hasEnded = true));
  }

  /**
   * @param env path of the program; a shell alone would add variables of its own, and know some names as its own
   * @param start starts a program in the sandbox
   */
  static async start(
    env: string,
    start: (command: SandboxCommand) => Promise<SpawnedGroup>,
  ): Promise<WaitingShell> {
    const command = { argv: LISTENING, env: {}, cwd: '/', channel: true };
    return new WaitingShell(await start(command), env);
  }

  /** Once. The program, with the process of the shell; undefined when this shell cannot become it. */
  become(command: SandboxCommand): SpawnedGroup | undefined {
    const { channel, answers } = this.#spawned;
    const isPossible = !this.#hasEnded && answers?.writable === true && canBeSaid(command);
    if (!isPossible) {
      this.end();
      return undefined;
    }
    const script = scriptOf(command, this.#env);
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

/** `env` takes what has an equals sign for a variable. */
function canBeSaid({ argv, env }: SandboxCommand): boolean {
  return !argv[0].includes('=') && Object.keys(env).every((name) => NAME.test(name));
}

/** One line for a shell; what it shall not hand on it closes. */
function scriptOf({ argv, env, cwd, channel }: SandboxCommand, program: string): string {
  const variables = Object.entries({ ...env, PWD: cwd }).map(([name, value]) => `${name}=${value}`);
  const words = [program, '-i', ...variables, ...argv].map(quoted).join(' ');
  const closed = channel ? '' : ' 3<&- 5>&-';
  return `cd ${quoted(cwd)} && exec ${words} </dev/null${closed}\n`;
}

/** Within single quotes a shell takes everything as it is, but for these. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
