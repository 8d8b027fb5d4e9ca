import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateFunctionCommand, UpdateFunctionConfigurationCommand } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { available, run } from '../support/commands.ts';
import { deploy, invoke, untilUpdated } from '../support/functions.ts';
import { ROLE, startServer, type TestServer } from '../support/server.ts';
import { zipFolder, zipOf } from '../support/zip.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(async () => {
  expect(await server.stop()).toBe(0);
});

const GREETER = `
import com.amazonaws.services.lambda.runtime.*;
import java.util.Map;

public class Greeter implements RequestHandler<Map<String, String>, Object> {
  public Object handleRequest(Map<String, String> event, Context context) {
    context.getLogger().log("greeting " + event.get("name"));
    if (event.get("name") == null) throw new IllegalArgumentException("no name");
    return Map.of("hello", event.get("name"), "left", context.getRemainingTimeInMillis() > 0,
        "env", System.getenv("AWS_EXECUTION_ENV"), "option", String.valueOf(System.getProperty("greeting")),
        "heapMb", Runtime.getRuntime().maxMemory() >> 20);
  }
  public static String nobody() { return "by name"; }
}`;

describe.skipIf(!available('javac', '--release', '11', '-version'))('Java', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lambent-java-'));
    await writeFile(join(folder, 'Greeter.java'), GREETER);
    const api = join(import.meta.dirname, '../../runtimes/java');
    const options = ['--release', '11', '-implicit:none', '-sourcepath', api, '-d', join(folder, 'classes')];
    const compiled = await run('javac', [...options, join(folder, 'Greeter.java')]);
    expect(compiled).toMatchObject({ code: 0 });
    await server.lambda.send(
      new CreateFunctionCommand({
        FunctionName: 'greeter',
        Runtime: 'java17',
        Handler: 'Greeter',
        Role: ROLE,
        Code: { ZipFile: await zipFolder(join(folder, 'classes')) },
        Timeout: 30,
        MemorySize: 256,
        Environment: { Variables: { JAVA_TOOL_OPTIONS: '-Dgreeting=hi' } },
      }),
    );
    await untilUpdated(server.lambda, 'greeter');
  }, 300_000);
  afterAll(async () => await rm(folder, { recursive: true, force: true }));

  test('a handler class answers, logs, and fails in its own words', async () => {
    const answer = await invoke(server.lambda, 'greeter', { name: 'Ada' });
    expect(answer).toMatchObject({
      functionError: undefined,
      payload: { hello: 'Ada', left: true, env: 'AWS_Lambda_java17', option: 'hi' },
    });
    const { heapMb } = answer.payload as { heapMb: number };
    expect(heapMb).toBeGreaterThan(128);
    expect(heapMb).toBeLessThan(256);
    expect(answer.log).toMatch(/START .*\n(.*\n)*greeting Ada\nEND /);
    const failed = await invoke(server.lambda, 'greeter', {});
    expect(failed).toMatchObject({
      functionError: 'Unhandled',
      payload: { errorMessage: 'no name', errorType: 'java.lang.IllegalArgumentException' },
    });
  });

  test('a handler that is not there is the caller’s error, not a broken environment', async () => {
    const change = { FunctionName: 'greeter', Handler: 'Greeter::elsewhere' };
    await server.lambda.send(new UpdateFunctionConfigurationCommand(change));
    await untilUpdated(server.lambda, 'greeter');
    expect((await invoke(server.lambda, 'greeter', {})).payload).toEqual({
      errorMessage:
        'No public method named elsewhere with appropriate method signature found on class Greeter',
    });
    await server.lambda.send(
      new UpdateFunctionConfigurationCommand({ ...change, Handler: 'Greeter::nobody' }),
    );
    await untilUpdated(server.lambda, 'greeter');
    expect((await invoke(server.lambda, 'greeter', {})).payload).toBe('by name');
  });
});

describe.skipIf(!available('ruby', '--version'))('Ruby', () => {
  test('a method answers, logs, and fails in its own words', async () => {
    const code = `
require 'json'
def handle(event:, context:)
  puts "greeting #{event['name']}"
  raise ArgumentError, 'no name' unless event['name']
  { hello: event['name'], env: ENV['AWS_EXECUTION_ENV'], gems: ENV['GEM_PATH'].include?('/vendor/bundle/ruby/3.4.0') }
end`;
    const settings = { Runtime: 'ruby3.4', Handler: 'app.handle', Timeout: 30 } as const;
    await deploy(server.lambda, 'ruby', { 'app.rb': code }, settings);
    const answer = await invoke(server.lambda, 'ruby', { name: 'Ada' });
    expect(answer.payload).toEqual({ hello: 'Ada', env: 'AWS_Lambda_ruby3.4', gems: true });
    expect(answer.log).toContain('greeting Ada\n');
    expect(await invoke(server.lambda, 'ruby', {})).toMatchObject({
      functionError: 'Unhandled',
      payload: { errorMessage: 'no name', errorType: 'Function<ArgumentError>' },
    });
  });
});

test('.NET is refused where its version is not there and has to be, with what to do instead', {
  timeout: 120_000,
}, async ({ skip }) => {
  const env = { PATH: '/usr/bin:/bin', HOME: '/nowhere' };
  const strict = await startServer({ flags: ['--strict-runtimes'], env });
  const Code = { ZipFile: await zipOf({ 'a.dll': '' }) };
  const refusalOf = async (Runtime: 'dotnet8' | 'dotnet10'): Promise<unknown> => {
    const settings = { FunctionName: Runtime, Runtime, Handler: 'A::B.C::D', Role: ROLE, Code };
    return await strict.lambda.send(new CreateFunctionCommand(settings)).then(
      () => undefined,
      (error: unknown) => error,
    );
  };
  const refusal = (await refusalOf('dotnet8')) ?? (await refusalOf('dotnet10'));
  await strict.stop();
  skip(refusal === undefined, 'this machine has every .NET');
  expect(refusal).toMatchObject({
    name: 'InvalidParameterValueException',
    message: expect.stringMatching(/The runtime dotnet\d+ cannot run on this machine: .*provided\.al2023/),
  });
});
