import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { eventually } from '../support/functions.ts';
import { examples, LambentCommand } from '../support/lambent-command.ts';
import { startServer } from '../support/server.ts';

let command: LambentCommand;
beforeAll(async () => {
  command = await LambentCommand.start();
  expect((await command.run(['deploy', join(examples, 'hello-node')])).code).toBe(0);
});
afterAll(() => command.stop());

describe('status and functions', () => {
  test('status says what runs where', async () => {
    const { code, out } = await command.run(['status']);
    expect(code).toBe(0);
    expect(out).toMatch(new RegExp(`^running at ${command.server.endpoint} for `));
    expect(out).toMatch(/\n {2}functions {5}\d+\n/);
    expect(out).toMatch(/\n {2}ahead {9}\d+ of \d+ runtimes, \d+ of \d+ sandboxes\n/);
  });

  test('status --json is the health answer', async () => {
    const health = JSON.parse((await command.run(['status', '--json'])).out);
    expect(health).toMatchObject({
      status: 'running',
      accountId: '000000000000',
      functions: expect.any(Number),
    });
  });

  test('functions prints one plain line each, tabs between', async () => {
    const { code, out } = await command.run(['functions']);
    expect(code).toBe(0);
    expect(out.split('\n')).toContainEqual(
      expect.stringMatching(
        /^hello-node\tnodejs22\.x\tindex\.handler\t128 MB\t3 s\t[\d.]+ k?B\t\d{4}-[\d:T-]+Z$/,
      ),
    );
  });

  test('another Region has none, and says so on standard error', async () => {
    const { code, out, err } = await command.run(['functions', '--region', 'eu-west-1']);
    expect({ code, out }).toEqual({ code: 0, out: '' });
    expect(err).toMatch(/^No functions in eu-west-1 yet\./);
  });
});

describe('environments', () => {
  test('lists each one with its state and isolation level', async () => {
    await command.run(['invoke', 'hello-node']);
    const { isolation } = JSON.parse((await command.run(['status', '--json'])).out) as { isolation: string };
    // It is idle a moment after its answer.
    const environments = await eventually(
      async () => JSON.parse((await command.run(['environments', '--json'])).out) as { state: string }[],
      (found) => found.every(({ state }) => state === 'idle'),
    );
    expect(environments).toEqual([
      expect.objectContaining({
        functionArn: 'arn:aws:lambda:us-east-1:000000000000:function:hello-node',
        version: '$LATEST',
        state: 'idle',
        isolation,
        initializationType: 'on-demand',
        programs: 1,
        memoryMb: 128,
        outOfMemory: 0,
        logStream: expect.stringContaining('[$LATEST]'),
      }),
    ]);
    const { out } = await command.run(['environments']);
    expect(out).toMatch(new RegExp(`^hello-node\\t\\$LATEST\\tidle\\t${isolation}\\t`));
  });
});

describe('invoke', () => {
  const invoke = (...args: string[]) => command.run(['invoke', 'hello-node', ...args], '{"name":"stdin"}');

  test('prints the response, and nothing else on standard output', async () => {
    const { code, out, err } = await invoke('{"name":"Ada"}');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(JSON.parse(out)).toMatchObject({ message: 'Hello Ada', function: 'hello-node' });
  });

  test('takes the event from standard input, a file, or none', async () => {
    await writeFile(join(command.folder, 'event.json'), '{"name":"file"}');
    const outcomes = [await invoke('-'), await invoke('@event.json'), await invoke()];
    const messages = outcomes.map(({ out }) => (JSON.parse(out) as { message: string }).message);
    expect(messages).toEqual(['Hello stdin', 'Hello file', 'Hello world']);
  });

  test('--tail prints the log on standard error', async () => {
    const { out, err } = await invoke('{"name":"Ada"}', '--tail', '--qualifier', '$LATEST');
    expect(JSON.parse(out)).toMatchObject({ message: 'Hello Ada' });
    expect(err).toMatch(/START RequestId: .*greeting Ada.*REPORT RequestId: /s);
  });

  test('--json tells everything about the invocation', async () => {
    expect(JSON.parse((await invoke('--json', '--tail')).out)).toMatchObject({
      statusCode: 200,
      executedVersion: '$LATEST',
      payload: { message: 'Hello world' },
      logTail: expect.stringContaining('REPORT'),
    });
  });

  test('a failing function is exit code 2, with its error as the response', async () => {
    await command.run([
      'deploy',
      await command.writeFunction('throw new Error("no luck")'),
      '--name',
      'fails',
    ]);
    const { code, out, err } = await command.run(['invoke', 'fails']);
    expect(code).toBe(2);
    expect(JSON.parse(out)).toMatchObject({ errorType: 'Error', errorMessage: 'no luck' });
    expect(err).toMatch(
      /^lambent: The function failed \(Unhandled\)\.\n {2}lambent logs fails shows its log\n$/,
    );
  });

  test('what cannot be done is exit code 1 and says what to do next', async () => {
    const unknown = await command.run(['invoke', 'nobody']);
    expect(unknown).toMatchObject({ code: 1, out: '' });
    expect(unknown.err).toMatch(
      /^lambent: ResourceNotFoundException: Function not found: .*\n {2}lambent functions lists/,
    );
    expect(await invoke('{name:1}')).toMatchObject({
      code: 1,
      err: expect.stringMatching(/^lambent: The payload is not JSON/),
    });
    expect(await invoke('@none.json')).toMatchObject({
      code: 1,
      err: 'lambent: The file none.json cannot be read.\n',
    });
  });
});

describe('logs', () => {
  test('prints what the function logged, with times', async () => {
    await command.run(['invoke', 'hello-node', '{"name":"logged"}']);
    await vi.waitFor(async () => {
      const { code, out } = await command.run(['logs', 'hello-node']);
      expect(code).toBe(0);
      expect(out).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z .*greeting logged/m);
    }, 25_000);
    const [first] = (await command.run(['logs', 'hello-node', '--json', '--since', '10m'])).out.split('\n');
    expect(JSON.parse(first ?? '')).toMatchObject({
      timestamp: expect.any(Number),
      message: expect.any(String),
    });
  });

  test('--follow prints new lines once as they come', async () => {
    await command.runWhile(['logs', 'hello-node', '--follow', '--since', '1h'], async (output) => {
      await command.run(['invoke', 'hello-node', '{"name":"one"}']);
      await vi.waitFor(() => expect(output()).toContain('greeting one'), 25_000);
      await command.run(['invoke', 'hello-node', '{"name":"two"}']);
      await vi.waitFor(() => expect(output()).toContain('greeting two'), 25_000);
      expect(output().split('greeting one')).toHaveLength(2);
    });
  });

  test('--since goes by platform time', async () => {
    await command.run(['clock', 'advance', '3h']);
    const { code, err } = await command.run(['logs', 'hello-node', '--since', '2h']);
    expect({ code, err }).toEqual({
      code: 0,
      err: expect.stringContaining('hello-node has logged nothing since'),
    });
    expect((await command.run(['logs', 'hello-node', '--since', '4h'])).out).toContain('greeting two');
  });

  test('of nobody', async () => {
    expect(await command.run(['logs', 'nobody'])).toMatchObject({
      code: 1,
      err: expect.stringMatching(/^lambent: There is no function called nobody/),
    });
  });
});

describe('where nothing answers as Lambent does', () => {
  test('not running: the command that starts it', async () => {
    const { code, err } = await command.run(['functions', '--endpoint', 'http://127.0.0.1:1']);
    expect(code).toBe(1);
    expect(err).toMatch(
      /^lambent: Lambent is not running at http:\/\/127\.0\.0\.1:1\.\n {2}Start it with: lambent start/,
    );
  });

  test('an endpoint that is none', async () => {
    expect((await command.run(['status', '--endpoint', 'localhost:4566'])).err).toMatch(/is no endpoint/);
  });

  test('an unknown command or flag', async () => {
    expect(await command.run(['deplyo'])).toMatchObject({
      code: 1,
      err: expect.stringContaining('(Did you mean deploy?)'),
    });
    expect(await command.run(['runtimes', 'lst'])).toMatchObject({
      code: 1,
      err: expect.stringContaining("runtimes has no command 'lst'; there are list, install"),
    });
    expect(await command.run(['clock', '--json', 'freeze'])).toMatchObject({
      code: 1,
      err: expect.stringContaining("write 'freeze' before its flags"),
    });
    expect(await command.run(['clock', 'show', 'it'])).toMatchObject({
      code: 1,
      err: expect.stringContaining("show takes no argument, but got 'it'"),
    });
    expect(await command.run(['status', '--nonsense'])).toMatchObject({
      code: 1,
      err: expect.stringContaining('--nonsense'),
    });
  });
});

test('--auth strict takes the right key and refuses another', async () => {
  const strict = await startServer({
    flags: ['--auth', 'strict'],
    env: { LAMBENT_ACCESS_KEYS: 'AKIDME:s3cret' },
  });
  try {
    const list = (secret: string) =>
      command.run(['functions', '--json', '--endpoint', strict.endpoint], '', {
        AWS_ACCESS_KEY_ID: 'AKIDME',
        AWS_SECRET_ACCESS_KEY: secret,
      });
    expect(await list('s3cret')).toMatchObject({ code: 0, out: '[]\n' });
    expect(await list('wrong')).toMatchObject({
      code: 1,
      err: expect.stringContaining('AWS_SECRET_ACCESS_KEY'),
    });
  } finally {
    await strict.stop();
  }
});

test('help and version', async () => {
  expect((await command.run([])).out).toMatch(/^Usage: lambent /);
  expect((await command.run(['--version'])).out).toMatch(/^\d+\.\d+\.\d+\n$/);
  expect(await command.run(['start', '--help'])).toMatchObject({ code: 0 });
});
