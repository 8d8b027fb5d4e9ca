import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import { ApiClient } from '../api-client.ts';
import type { LogEvent } from '../api-types.ts';
import { CliError } from '../cli-error.ts';
import { addRegionalFlags, type CommonFlags, connectionFrom } from '../connection.ts';
import { note, paint, print } from '../output.ts';
import { parseSince } from '../since.ts';

interface LogsFlags extends CommonFlags {
  readonly follow?: boolean;
  readonly since: string;
}

const pollEveryMs = 500;
// Events are written in the background and may appear a little later than younger ones.
const lateByMs = 5000;

export function addLogs(program: Command): void {
  const command = program
    .command('logs')
    .description('print what a function logged')
    .argument('<name>', 'name of the function')
    .option('-f, --follow', 'go on printing until Ctrl-C')
    .option(
      '--since <time>',
      'from then on: 30s, 10m, 2h, 1d ago, or a time such as 2026-11-21T10:00:00Z',
      '1h',
    );
  addRegionalFlags(command).action(logs);
}

async function logs(name: string, flags: LogsFlags): Promise<void> {
  const client = new ApiClient(connectionFrom(flags, process.env));
  // Platform time, which is what the log's times are by: it may have been moved.
  const { nowMs } = await client.readClock();
  const since = parseSince(flags.since, nowMs);
  const group = await findGroup(client, name);
  const show = flags.json ? (event: LogEvent) => print(JSON.stringify(event)) : showEvent;
  if (flags.follow) await follow(client, group, since, show);
  else {
    const events = await client.logEvents(group, since);
    for (const event of events ?? []) show(event);
    if (!events?.length)
      note(
        `${name} has logged nothing since ${new Date(since).toISOString()}. --since 1d looks further back`,
      );
  }
}

/** The function's own log group; the usual one for a function that is gone and left its log behind. */
async function findGroup(client: ApiClient, name: string): Promise<string> {
  const usual = `/aws/lambda/${name}`;
  const found = await client.findFunction(name);
  if (found !== undefined) return found.LoggingConfig?.LogGroup ?? `/aws/lambda/${found.FunctionName}`;
  if ((await client.logEvents(usual, Date.now())) !== undefined) return usual;
  throw new CliError(
    `There is no function called ${name}, and no log of one.\nlambent functions lists what is there`,
  );
}

async function follow(
  client: ApiClient,
  group: string,
  since: number,
  show: (event: LogEvent) => void,
): Promise<never> {
  let seen = new Map<string, number>();
  let newest = since;
  for (;;) {
    const from = Math.max(since, newest - lateByMs);
    for (const event of (await client.logEvents(group, from)) ?? []) {
      if (seen.has(event.eventId)) continue;
      seen.set(event.eventId, event.timestamp);
      newest = Math.max(newest, event.timestamp);
      show(event);
    }
    seen = new Map([...seen].filter(([, timestamp]) => timestamp >= newest - lateByMs));
    await sleep(pollEveryMs);
  }
}

function showEvent(event: LogEvent): void {
  const time = new Date(event.timestamp).toISOString();
  print(`${paint('dim', time)} ${event.message.trimEnd()}`);
}
