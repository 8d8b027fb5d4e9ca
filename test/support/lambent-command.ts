import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startServer, type TestServer, type TestServerOptions } from './server.ts';

const launcher = join(import.meta.dirname, '../../bin/lambent.mjs');
export const examples = join(import.meta.dirname, '../../examples');

export interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** The `lambent` command as people and scripts use it, against a server of its own, in a folder of its own. */
export class LambentCommand {
  readonly server: TestServer;
  readonly folder: string;

  private constructor(server: TestServer, folder: string) {
    this.server = server;
    this.folder = folder;
  }

  static async start(options: TestServerOptions = {}): Promise<LambentCommand> {
    return new LambentCommand(await startServer(options), await mkdtemp(join(tmpdir(), 'lambent-cli-')));
  }

  async stop(): Promise<void> {
    await this.server.stop();
    await rm(this.folder, { recursive: true, force: true });
  }

  /** Runs it to its end. */
  run(args: readonly string[], stdin = '', env: NodeJS.ProcessEnv = {}): Promise<Outcome> {
    return new Promise((resolve) => {
      const options = { env: { ...this.#environment(), ...env }, cwd: this.folder };
      const child = execFile(process.execPath, [launcher, ...args], options, (error, out, err) => {
        resolve({ code: error === null ? 0 : Number(error.code), out, err });
      });
      child.stdin?.end(stdin);
    });
  }

  /** Lets it run while `during` looks at what it prints, then ends it. */
  async runWhile(args: readonly string[], during: (output: () => string) => Promise<void>): Promise<void> {
    const child = spawn(process.execPath, [launcher, ...args], {
      env: this.#environment(),
      cwd: this.folder,
    });
    let text = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
    }
    try {
      await during(() => text);
    } finally {
      await end(child);
    }
  }

  /** Makes a folder with an index.mjs of one function. */
  async writeFunction(body: string): Promise<string> {
    const path = await mkdtemp(join(this.folder, 'function-'));
    await writeFile(join(path, 'index.mjs'), `export const handler = async (event) => { ${body} };\n`);
    return path;
  }

  #environment(): NodeJS.ProcessEnv {
    return { PATH: process.env.PATH, LAMBENT_ENDPOINT: this.server.endpoint };
  }
}

async function end(child: ChildProcess): Promise<void> {
  const exited = once(child, 'exit');
  if (child.kill('SIGTERM')) await exited;
}
