import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { endFunctions, nearestRuntimes, removeEverything, startFunction } from './testing/functions.ts';

const runtimes = await nearestRuntimes(['ruby3.4']);
afterEach(endFunctions);
afterAll(removeEverything);

describe.each(runtimes)('$id', (runtime) => {
  const start = async (code: string, handler = 'app.handle') => {
    const started = startFunction(runtime, handler, { 'app.rb': code });
    expect((await started.initialised()).kind).toBe('ready');
    return started;
  };
  const answer = async (code: string, event: unknown, handler = 'app.handle'): Promise<unknown> => {
    const { kind, text } = await (await start(code, handler)).invoke(event);
    expect({ kind, text }).toMatchObject({ kind: 'response' });
    return JSON.parse(text);
  };
  const failure = async (code: string, handler = 'app.handle') => {
    const { kind, text, logs } = await (await start(code, handler)).invoke({});
    expect(kind).toBe('error');
    return { error: JSON.parse(text) as Record<string, unknown>, logs };
  };

  test('a method of the file', async () => {
    const code =
      'def handle(event:, context:) = { got: event, id: context.aws_request_id.size, nothing: nil }';
    expect(await answer(code, { a: ['ü', 1.5, null] })).toEqual({
      got: { a: ['ü', 1.5, null] },
      id: 36,
      nothing: null,
    });
  });

  test('a method of a class or a module, nested ones too', async () => {
    const code = 'module Outer; class Inner; def self.run(event:, context:) = event["n"] + 1; end; end';
    expect(await answer(code, { n: 1 }, 'app.Outer::Inner.run')).toBe(2);
  });

  test('the context, the environment, and state from one event to the next', async () => {
    const running = await start(`
      $calls = 0
      def handle(event:, context:)
        { calls: $calls += 1, arn: context.invoked_function_arn, left: context.get_remaining_time_in_millis > 1000,
          memory: context.memory_limit_in_mb, function: context.function_name, client: context.client_context,
          identity: context.identity, id: context.aws_request_id, deadline: context.deadline_ms.class,
          version: context.function_version, log: [context.log_group_name, context.log_stream_name], trace: ENV['_X_AMZN_TRACE_ID'], gems: ENV['GEM_HOME'] == ENV['LAMBDA_RUNTIME_DIR'] }
      end`);
    const once = { clientContext: '{"custom":{"k":"v"}}', cognitoIdentity: '{"cognitoIdentityId":"who"}' };
    const a = await running.invoke({}, { ...once, traceId: 'Root=1' });
    expect(JSON.parse(a.text)).toEqual({
      calls: 1,
      arn: 'arn:aws:lambda:us-east-1:000000000000:function:f',
      left: true,
      memory: '128',
      function: 'f',
      client: { custom: { k: 'v' } },
      identity: { cognitoIdentityId: 'who' },
      id: a.requestId,
      deadline: 'Integer',
      version: '$LATEST',
      log: ['/aws/lambda/f', '2026/01/31/[$LATEST]0123456789abcdef0123456789abcdef'],
      trace: 'Root=1',
      gems: true,
    });
    const b = await running.invoke({});
    expect(JSON.parse(b.text)).toMatchObject({ calls: 2, client: null, trace: null });
  });

  test('what it prints comes before its response, line by line', async () => {
    const running = await start(`
      require 'logger'
      def handle(event:, context:)
        $stdout.puts 'a', 'b'
        print 'c'; print "d\\ne"
        $stderr.puts 'err'
        warn 'warned'
        STDOUT << "shifted\\n"
        Logger.new($stdout, formatter: proc { |_, _, _, text| "#{text}\\n" }).info('logged')
        context.log('by context')
        $stdout.write('unended')
        nil
      end`);
    const { logs, text } = await running.invoke({});
    expect(text).toBe('null');
    expect(logs).toEqual(['a', 'b', 'cd', 'err', 'warned', 'eshifted', 'logged', 'by context', 'unended']);
  });

  test('a plain puts makes one event of each call, past $stdout', async () => {
    const running = await start(`
      require 'stringio'
      def handle(event:, context:)
        puts "one\ntwo"
        puts 'a', [nil, ['b']], "c\n"
        puts
        print 'half'
        puts 'grüße'.encode('UTF-16')
        $stdout = StringIO.new
        puts 'past it'
        $stdout = STDOUT
        StringIO.new.puts 'elsewhere'
      end`);
    const { logs } = await running.invoke({});
    expect(logs).toEqual(['one\ntwo', 'a\n\nb\nc', '', 'half', 'grüße', 'past it']);
  });

  test('processes it starts print by the pipe', async () => {
    const running = await start(`
      def handle(event:, context:)
        system('echo from system')
        Process.wait(fork { puts 'from fork' })
        IO.respond_to?(:for_fd)
      end`);
    expect((await running.invoke({})).text).toBe('true');
    await expect.poll(() => running.output).toContain('from fork');
    await expect.poll(() => running.output).toContain('from system');
  });

  test('a fork that returns from the handler answers nobody', async () => {
    const running = await start(`
      def handle(event:, context:)
        child = fork
        return 'from the fork' if child.nil?
        Process.wait(child)
        $?.exitstatus
      end`);
    expect((await running.invoke({})).text).toBe('0');
    expect((await running.invoke({})).text).toBe('0');
  });

  test('a result that can be read is sent as it is', async () => {
    const code = `require 'stringio'\ndef handle(event:, context:) = StringIO.new('raw <bytes>')`;
    const { text } = await (await start(code)).invoke({});
    expect(text).toBe('raw <bytes>');
  });

  test('an error has its class in its type, and the function’s own frames', async () => {
    const { error, logs } = await failure("def inner = raise('boom')\ndef handle(event:, context:) = inner");
    expect(error).toMatchObject({ errorMessage: 'boom', errorType: 'Function<RuntimeError>' });
    const trace = error['stackTrace'] as string[];
    expect(trace).toHaveLength(2);
    expect(trace[0]).toMatch(/app\.rb:1:in [`']/);
    expect(logs[0]).toBe('Error raised from handler method');
    expect(JSON.parse(logs[1] ?? '')).toEqual(error);
  });

  test.each([
    ['a method that is not there', 'app.nobody', 'Function<NoMethodError>'],
    ['a class that is not there', 'app.Nobody.run', 'Function<NameError>'],
  ])('%s', async (_, handler, errorType) => {
    expect((await failure('', handler)).error).toMatchObject({ errorType });
  });

  test.each([
    ['a file that is not there', 'other.handle', '', 'Init<LoadError>', 'cannot load such file -- other'],
    [
      'a name of no form',
      'app',
      '',
      'Init<ArgumentError>',
      'Invalid handler app, must be of form FILENAME.METHOD',
    ],
    ['code that fails', 'app.handle', "raise 'early'", 'Init<RuntimeError>', 'early'],
    ['code that is none', 'app.handle', 'def (', 'Init<SyntaxError>', 'app.rb'],
  ])('initialisation: %s', async (_, handler, code, errorType, message) => {
    const running = startFunction(runtime, handler, { 'app.rb': code });
    const { kind, text } = await running.initialised();
    const error = JSON.parse(text) as { errorType: string; errorMessage: string };
    expect({ kind, errorType: error.errorType }).toEqual({ kind: 'error', errorType });
    expect(error.errorMessage).toContain(message);
    expect(await running.exited()).toEqual({ code: 1, signal: null });
  });

  test('an error may be as large as a result, and is shortened beyond that', async () => {
    const process = await start('def handle(event:, context:) = raise("m" * event)');
    for (const [size, kept] of [
      [6_000_000, 6_000_000],
      [6_300_000, 65_536],
    ] as const) {
      const { kind, text } = await process.invoke(size);
      expect(kind).toBe('error');
      expect((JSON.parse(text) as { errorMessage: string }).errorMessage.length).toBe(kept);
    }
  });

  test('an exit of the function is an error and the end of the process', async () => {
    const running = await start('def handle(event:, context:) = exit(3)');
    const { text } = await running.invoke({});
    expect(JSON.parse(text)).toMatchObject({ errorType: 'Function<SystemExit>' });
    expect(await running.exited()).toEqual({ code: 1, signal: null });
  });

  test('a result of more than 6 MiB', async () => {
    const { error } = await failure("def handle(event:, context:) = 'x' * 7_000_000");
    expect(error).toMatchObject({ errorType: 'Function.ResponseSizeTooLarge' });
  });

  test('it leaves when told to, and when the platform is gone', async () => {
    const code = 'def handle(event:, context:) = nil';
    const [told, left] = [await start(code), await start(code)];
    told.shutdown();
    left.hangUp();
    expect(await told.exited()).toEqual({ code: 0, signal: null });
    expect(await left.exited()).toEqual({ code: 0, signal: null });
  });
});
