import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { endFunctions, nearestRuntimes, removeEverything, startFunction } from './testing/functions.ts';

const runtimes = await nearestRuntimes(['ruby3.4', 'ruby4.0']);
const [ruby3, ruby4] = ['ruby3.4', 'ruby4.0'].map((id) => runtimes.filter((runtime) => runtime.id === id));
afterEach(endFunctions);
afterAll(removeEverything);

const CODE = `
require 'logger'
LOGGER = Logger.new($stdout, progname: 'mine')
LOGGER.info('starting')
def handle(event:, context:)
  LOGGER.debug('hidden unless asked for')
  LOGGER.warn("two\\nlines \\xff")
  LOGGER.error(ArgumentError.new('no such thing'))
  Logger.new($stdout).warn(raised)
  Logger.new($stderr, formatter: ->(*, message) { "own #{message}\\n" }).info('format')
  puts 'plain'
  raise 'failed' if event['fails']
end
def raised
  raise IOError, 'gone'
rescue IOError => e
  e
end
`;
const JSON_FORMAT = { AWS_LAMBDA_LOG_FORMAT: 'JSON', AWS_LAMBDA_LOG_LEVEL: 'INFO' };

describe.each(ruby4 ?? [])('$id in the JSON format', (runtime) => {
  const run = async (event: object, variables: Record<string, string> = JSON_FORMAT) => {
    const started = startFunction(runtime, 'app.handle', { 'app.rb': CODE }, variables);
    const { kind, logs: first } = await started.initialised();
    expect(kind).toBe('ready');
    const { logs, requestId } = await started.invoke(event);
    return { first, logs, requestId };
  };
  const timestamp = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);

  test('what a Logger of the output writes is a record; what else is printed stays as it is', async () => {
    const { first, logs, requestId } = await run({});
    expect(first.map((line) => JSON.parse(line))).toEqual([
      { timestamp, level: 'INFO', logger: 'mine', message: 'starting' },
    ]);
    const records = logs.slice(0, 3).map((line) => JSON.parse(line) as unknown);
    const common = { timestamp, logger: 'mine', requestId };
    expect(records).toEqual([
      { ...common, level: 'WARN', message: 'two\nlines \uFFFD' },
      {
        ...common,
        level: 'ERROR',
        message: 'no such thing',
        errorMessage: 'no such thing',
        errorType: 'ArgumentError',
        stackTrace: [],
      },
      {
        timestamp,
        requestId,
        level: 'WARN',
        message: 'gone',
        errorMessage: 'gone',
        errorType: 'IOError',
        stackTrace: expect.arrayContaining([expect.stringMatching(/app\.rb:\d+:in [`']/)]),
        location: expect.stringMatching(/\/app\.rb:.*raised:\d+$/),
      },
    ]);
    expect(logs.slice(3)).toEqual(['own format', 'plain']);
  });

  test('the level is the configured one', async () => {
    const { logs } = await run({}, { ...JSON_FORMAT, AWS_LAMBDA_LOG_LEVEL: 'TRACE' });
    expect(JSON.parse(logs[0] ?? '')).toMatchObject({ level: 'DEBUG', message: 'hidden unless asked for' });
    const { logs: few } = await run({}, { ...JSON_FORMAT, AWS_LAMBDA_LOG_LEVEL: 'ERROR' });
    expect(JSON.parse(few[0] ?? '')).toMatchObject({ level: 'ERROR', message: 'no such thing' });
  });

  test('an error that was not caught is one record', async () => {
    const { logs, requestId } = await run({ fails: true });
    expect(JSON.parse(logs.at(-1) ?? '')).toMatchObject({
      timestamp,
      level: 'ERROR',
      message: 'Error raised from handler method',
      errorMessage: 'failed',
      errorType: 'Function<RuntimeError>',
      requestId,
    });
  });
});

test.each(ruby3 ?? [])('$id leaves records to the function, as AWS does', async (runtime) => {
  const started = startFunction(runtime, 'app.handle', { 'app.rb': CODE }, JSON_FORMAT);
  expect((await started.initialised()).logs.join()).toMatch(/INFO {2}-- mine: starting$/);
});

describe.each(runtimes)('$id in the text format', (runtime) => {
  test('a call of a Logger of the output is one event, with the id of its request', async () => {
    const started = startFunction(runtime, 'app.handle', { 'app.rb': CODE });
    const { logs: first } = await started.initialised();
    const start = String.raw`, \[\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6} #\d+\]`;
    expect(first).toEqual([expect.stringMatching(new RegExp(`^I${start}  INFO  -- mine: starting$`))]);
    const { logs, requestId } = await started.invoke({});
    const line = (letter: string, level: string, text: string): unknown =>
      expect.stringMatching(new RegExp(`^${letter}${start} ${level} ${requestId} -- ${text}$`));
    expect(logs).toEqual([
      line('D', 'DEBUG', 'mine: hidden unless asked for'),
      line('W', ' WARN', 'mine: two\nlines \uFFFD'),
      line('E', 'ERROR', String.raw`mine: no such thing \(ArgumentError\)\n`),
      line('W', ' WARN', String.raw`: gone \(IOError\)\n.*app\.rb:\d+:in .*(?:\n.*)*`),
      'own format',
      'plain',
    ]);
  });

  test('Logger is there without being asked for, and writes elsewhere as ever', async () => {
    const source = `def handle(event:, context:)
      require 'stringio'
      Logger.new(text = StringIO.new).info('x')
      Logger.new(nil).info('x')
      [text.string.include?('INFO -- : x'), $_global_aws_request_id == context.aws_request_id]
    end`;
    const started = startFunction(runtime, 'app.handle', { 'app.rb': source });
    await started.initialised();
    const { text, logs } = await started.invoke({});
    expect([JSON.parse(text), logs]).toEqual([[true, true], []]);
  });
});
