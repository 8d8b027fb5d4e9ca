import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { availableRuntimes, endFunctions, removeEverything, startFunction } from './testing/functions.ts';

const minors = [9, 10, 11, 12, 13, 14];
const runtimes = await availableRuntimes(minors.map((minor) => `python3.${minor}`));

afterEach(endFunctions);
afterAll(removeEverything);

describe.each(runtimes)('$id', (runtime) => {
  const start = async (
    handler: string,
    files: Record<string, string>,
    variables: Record<string, string> = {},
  ) => {
    const process = startFunction(runtime, handler, files, variables);
    expect(await process.initialised()).toMatchObject({ kind: 'ready', logs: [] });
    return process;
  };
  const echo = 'def handler(event, context):\n    return event\n';

  test('leaves on SHUTDOWN and when the platform hangs up', async () => {
    const first = await start('h.handler', { 'h.py': `import atexit\natexit.register(input)\n${echo}` });
    first.shutdown();
    expect(await first.exited()).toEqual({ code: 0, signal: null });
    const second = await start('h.handler', { 'h.py': echo });
    second.hangUp();
    expect(await second.exited()).toEqual({ code: 0, signal: null });
  });

  test.each([
    ['sys.exit(3)', 3],
    ['sys.exit()', 0],
    ['os._exit(4)', 4],
    ['sys.exit("said before leaving")', 1],
  ])('%s ends the process', async (statement, code) => {
    const process = await start('h.handler', {
      'h.py': `import os, sys\ndef handler(event, context):\n    print("half", end="")\n    ${statement}\n`,
    });
    const outcome = await process.invoke({});
    expect(outcome.kind).toBe('exit');
    expect(await process.exited()).toEqual({ code, signal: null });
    if (!statement.startsWith('os')) expect(outcome.logs[0]).toBe('half');
    if (statement.includes('said')) expect(outcome.logs[1]).toBe('said before leaving');
  });

  test('child processes do not reach the channel, what they print takes the pipe', async () => {
    const process = await start('h.handler', {
      'h.py': `import os, subprocess, sys
def handler(event, context):
    subprocess.run(["/bin/sh", "-c", "echo from a child; ls -l /proc/self/fd >&2"], stdout=sys.stdout, stderr=sys.stderr, close_fds=False)
    pid = os.fork()
    if pid == 0:
        print("from a fork")
        os._exit(0)
    os.waitpid(pid, 0)
    print("from the function")
    return "done"
`,
    });
    expect(await process.invoke({})).toMatchObject({
      kind: 'response',
      text: '"done"',
      logs: ['from the function'],
    });
    // The last line of the list is of the directory that was listed.
    await expect.poll(() => process.output).toMatch(/ -> \/proc\/\d+\/fd\n/);
    await expect.poll(() => process.output).toContain('from a fork\n');
    expect(process.output).toContain('from a child\n');
    expect(process.output).not.toMatch(/ 3 -> socket/);
  });

  test('a fork that returns from the handler answers nobody, nor does it write where the channel was', async () => {
    const process = await start('h.handler', {
      'h.py': `import os
def handler(event, context):
    pid = os.fork()
    if pid == 0:
        global files
        files = [open("file%d" % n, "w") for n in range(4)]
        return "from the fork"
    os.waitpid(pid, 0)
    return [os.stat("file%d" % n).st_size for n in range(4)]
`,
    });
    expect(await process.invoke({})).toMatchObject({ kind: 'response', text: '[0, 0, 0, 0]', logs: [] });
    expect(await process.invoke({})).toMatchObject({ kind: 'response', text: '[0, 0, 0, 0]', logs: [] });
  });

  test('multiprocessing may spawn', async () => {
    const process = await start('h.handler', {
      'h.py': `import multiprocessing
def work(end):
    end.send("from the child")
def handler(event, context):
    spawn = multiprocessing.get_context("spawn")
    ours, theirs = spawn.Pipe()
    child = spawn.Process(target=work, args=(theirs,))
    child.start()
    text = ours.recv()
    child.join()
    return text
`,
    });
    expect(await process.invoke({})).toMatchObject({ kind: 'response', text: '"from the child"', logs: [] });
  });

  test('threads print whole lines', async () => {
    const process = await start('h.handler', {
      'h.py': `import sys, threading
sys.setswitchinterval(1e-6)
def say(name):
    for n in range(500):
        sys.stdout.write("%s %d\\n" % (name, n))
def handler(event, context):
    thread = threading.Thread(target=say, args=("line",))
    thread.start()
    say("main")
    thread.join()
    return "done"
`,
    });
    const { logs } = await process.invoke({});
    expect(logs).toHaveLength(1000);
    expect(logs.every((line) => /^(?:line|main) \d+$/.test(line) || line === '')).toBe(true);
  });
});
