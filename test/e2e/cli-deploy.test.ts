import { mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { examples, LambentCommand } from '../support/lambent-command.ts';

let command: LambentCommand;
beforeAll(async () => {
  command = await LambentCommand.start();
});
afterAll(() => command.stop());

describe('deploy', () => {
  test('guesses, says so, updates what changed, and leaves alone what did not', async () => {
    const source = await command.writeFunction('return { n: 1, mode: process.env.MODE ?? null }');
    const deploy = (...args: string[]) => command.run(['deploy', source, '--name', 'steps', ...args]);
    const response = async () => (await command.run(['invoke', 'steps'])).out.trim();

    const created = await deploy();
    expect(created.out).toMatch(/^created steps \(nodejs22\.x, index\.handler; 1 file, \d+ B\) in \d+ ms\n$/);
    expect(created.err).toMatch(/^index\.mjs tells: runtime nodejs22\.x, handler index\.handler/);
    expect(await response()).toBe('{"n":1,"mode":null}');

    expect((await deploy()).out).toMatch(/^unchanged steps/);

    expect((await deploy('--env', 'MODE=fast', '--timeout', '9')).out).toMatch(/^updated steps/);
    expect(await response()).toBe('{"n":1,"mode":"fast"}');

    await writeFile(join(source, 'index.mjs'), 'export const handler = () => Promise.resolve(2);');
    expect((await deploy('--env', 'OTHER=1')).out).toMatch(/^updated steps/);
    expect(await response()).toBe('2');
    const [described] = JSON.parse((await command.run(['functions', '--json'])).out).filter(
      (item: { FunctionName: string }) => item.FunctionName === 'steps',
    );
    expect(described).toMatchObject({ Timeout: 9, Environment: { Variables: { MODE: 'fast', OTHER: '1' } } });
  });

  test('a Python folder', async () => {
    const { code, out } = await command.run(['deploy', join(examples, 'hello-python')]);
    expect(code).toBe(0);
    expect(out).toMatch(/^created hello-python \(python3\.13, lambda_function\.lambda_handler; /);
    const response = await command.run(['invoke', 'hello-python', '{"name":"Grace"}']);
    expect(JSON.parse(response.out)).toMatchObject({ message: 'Hello Grace', function: 'hello-python' });
  });

  test('--watch deploys again when a file changes', async () => {
    const source = await command.writeFunction('return 1');
    await command.runWhile(['deploy', source, '--name', 'watched', '--watch'], async (output) => {
      await vi.waitFor(() => expect(output()).toContain('watching '), 20_000);
      await writeFile(join(source, 'index.mjs'), 'export const handler = async () => 2;');
      await vi.waitFor(() => expect(output()).toContain('updated watched'), 20_000);
      // Half a file may have been deployed first: its end is one more change.
      await vi.waitFor(
        async () => expect((await command.run(['invoke', 'watched'])).out).toBe('2\n'),
        20_000,
      );
    });
  });

  test('refusals', async () => {
    expect(await command.run(['deploy', 'nowhere'])).toMatchObject({
      code: 1,
      err: expect.stringMatching(/^lambent: .*nowhere is not a folder\./),
    });
    const empty = await mkdtemp(join(command.folder, 'empty-'));
    expect((await command.run(['deploy', empty])).err).toMatch(/has no files to deploy/);
    await writeFile(join(empty, 'index.ts'), '');
    expect((await command.run(['deploy', empty])).err).toMatch(
      /tells how to run it\.\n {2}Compile TypeScript first/,
    );
    const badRuntime = await command.run([
      'deploy',
      join(examples, 'hello-node'),
      '--name',
      'x',
      '--runtime',
      'node',
    ]);
    expect(badRuntime).toMatchObject({ code: 1, err: expect.stringMatching(/^lambent: \w+Exception: /) });
    expect((await command.run(['deploy', empty, '--memory', 'much'])).err).toMatch(/must be a whole number/);
  });
});
