import { createServer, Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { guardedDriver } from './guarded-sandbox.ts';
import type { Sandbox, SandboxCommand, SandboxDriver, SandboxExit, SandboxProcess } from './sandbox.ts';

const command: SandboxCommand = { argv: ['/bin/true'], env: {}, cwd: '/', channel: false };

/** A driver of the test's own, whose starts and exits happen when the test says so. */
class ScriptedDriver implements SandboxDriver {
  readonly isolation = 'process';
  readonly sharesClock = true;
  readonly networkReach = { tcp4: 'open', udp4: 'open', tcp6: 'open', udp6: 'open' };
  readonly limitsInForce = {
    memory: 'none',
    cpuShare: 'none',
    processes: 'none',
    openFiles: 'none',
    scratch: 'none',
    freezing: 'none',
  } as const;
  readonly attaches = true;
  readonly start = Promise.withResolvers<void>();
  readonly exit = Promise.withResolvers<SandboxExit>();
  attached = 0;
  destroyed = 0;
  killed = 0;

  async create(): Promise<Sandbox> {
    return {
      id: 'a',
      pathInside: (path) => path,
      exec: async () => {
        await this.start.promise;
        return this.#process();
      },
      execBeside: async () => this.#process(),
      listen: async () => '127.0.0.1:1',
      listenBeside: async () => ({ address: '127.0.0.1:2', reopen: () => undefined }),
      connect: async () => new Socket(),
      attach: async () => void (this.attached += 1),
      boost: () => undefined,
      standBack: () => undefined,
      freeze: () => undefined,
      thaw: () => undefined,
      stats: () => ({ memoryPeakBytes: 0 }),
      scratchOverflows: async () => false,
      destroy: async () => void (this.destroyed += 1),
    };
  }

  spares(): never[] {
    return [];
  }

  async close(): Promise<void> {
    this.start.resolve();
  }

  #process(): SandboxProcess {
    return {
      channel: undefined,
      answers: undefined,
      output: process.stdin,
      exited: this.exit.promise,
      setActive: () => undefined,
      terminate: () => undefined,
      kill: () => void (this.killed += 1),
    };
  }
}

const spec = {
  id: 'a',
  readOnlyDirectories: [],
  scratchDirectory: '/s',
  limits: { memoryMb: 1, cpuShare: 1, scratchMb: 1, processes: 1, openFiles: 1 },
};

describe('the guard', () => {
  test('attaches directories once', async () => {
    const driver = new ScriptedDriver();
    const box = await guardedDriver(driver).create(spec);
    await box.attach([], spec.limits);
    await expect(box.attach([], spec.limits)).rejects.toThrow('Sandbox a has been given its directories.');
    expect(driver.attached).toBe(1);
  });

  test('refuses a second tree from the start of the first to its exit', async () => {
    const driver = new ScriptedDriver();
    const box = await guardedDriver(driver).create(spec);
    const starting = box.exec(command);
    await expect(box.exec(command)).rejects.toThrow('already runs');
    driver.start.resolve();
    await starting;
    await expect(box.exec(command)).rejects.toThrow('already runs');
    driver.exit.resolve({ code: 0, signal: null, outOfMemory: false });
    await driver.exit.promise;
    await expect(box.exec(command)).resolves.toBeDefined();
  });

  test('a failed start frees the sandbox', async () => {
    const driver = new ScriptedDriver();
    const box = await guardedDriver(driver).create(spec);
    driver.start.reject(new Error('no'));
    await expect(box.exec(command)).rejects.toThrow('no');
    await expect(box.exec(command)).rejects.toThrow('no');
  });

  test('runs any number of programs beside the main one, and none once it is destroyed', async () => {
    const driver = new ScriptedDriver();
    driver.start.resolve();
    const box = await guardedDriver(driver).create(spec);
    await box.execBeside(command);
    await box.exec(command);
    await box.execBeside(command);
    const starting = box.execBeside(command);
    await box.destroy();
    await starting;
    expect(driver.killed).toBe(1);
    await expect(box.execBeside(command)).rejects.toThrow('destroyed');
  });

  test('destroys once and refuses everything after', async () => {
    const driver = new ScriptedDriver();
    const box = await guardedDriver(driver).create(spec);
    await Promise.all([box.destroy(), box.destroy()]);
    await box.destroy();
    expect(driver.destroyed).toBe(1);
    await expect(box.exec(command)).rejects.toThrow('destroyed');
    await expect(box.listen(createServer())).rejects.toThrow('destroyed');
    await expect(box.connect(80)).rejects.toThrow('destroyed');
    expect(() => box.freeze()).toThrow('destroyed');
    expect(() => box.thaw()).toThrow('destroyed');
    expect(() => box.boost(true)).toThrow('destroyed');
  });

  test('tells what happens to a sandbox, in order', async () => {
    const driver = new ScriptedDriver();
    driver.start.resolve();
    const events: string[] = [];
    const box = await guardedDriver(driver, (event) => events.push(event.kind)).create(spec);
    const { exited } = await box.exec(command);
    driver.exit.resolve({ code: 1, signal: null, outOfMemory: true });
    await exited;
    await box.destroy();
    await box.destroy();
    expect(events).toEqual(['created', 'started', 'exited', 'destroyed']);
  });

  test('kills what was starting when it was destroyed', async () => {
    const driver = new ScriptedDriver();
    const box = await guardedDriver(driver).create(spec);
    const starting = box.exec(command);
    await box.destroy();
    driver.start.resolve();
    await starting;
    expect(driver.killed).toBe(1);
  });
});
