import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';

/** Of the system; Node has no call for it. */
const PIPE_MAKER = 'mkfifo';
const PIPES_AT_ONCE = 64;
const FEWEST_PIPES = 32;

/** Keeps named pipes in stock for the output of what is started; making them takes a program of its own. */
export class PipeStock {
  readonly #directory: string;
  readonly #onMade: (paths: readonly string[]) => void;
  #made = 0;
  #inStock = 0;

  constructor(directory: string, onMade: (paths: readonly string[]) => void) {
    this.#directory = directory;
    this.#onMade = onMade;
    this.#make();
  }

  /** The pipe is open on both sides and needs no name any more. */
  use(path: string): void {
    // A platform that leaves in a hurry has removed them all, and what runs is still to be killed.
    rmSync(path, { force: true });
    this.#inStock -= 1;
    if (this.#inStock < FEWEST_PIPES) this.#make();
  }

  /** Writable by all, so that a function of another user can open /dev/stdout; nobody else can enter their directory. */
  #make(): void {
    this.#inStock += PIPES_AT_ONCE;
    const paths = Array.from({ length: PIPES_AT_ONCE }, (_, index) =>
      join(this.#directory, `${this.#made + index}`),
    );
    this.#made += PIPES_AT_ONCE;
    const env = { PATH: '/usr/bin:/bin:/usr/local/bin' };
    const program = spawn(PIPE_MAKER, ['-m', '622', ...paths], { env, stdio: 'ignore' });
    const fail = (): void => {
      // The directory goes first when the platform ends, which is no failure.
      if (process.connected) process.stderr.write('Lambent cannot make named pipes: mkfifo failed.\n');
      process.exitCode = 1;
      process.disconnect?.();
    };
    program.once('error', fail);
    program.once('exit', (code) => {
      if (code === 0) this.#onMade(paths);
      else fail();
    });
  }
}
