import { setTimeout as delay } from 'node:timers/promises';
import type { Command } from 'commander';
import { CliError } from '../cli-error.ts';
import { addRegionalFlags, type CommonFlags, connectionFrom } from '../connection.ts';
import { paint, print, printJson } from '../output.ts';
import { type MoveTask, QueueClient } from '../queue-client.ts';

interface RedriveFlags extends CommonFlags {
  readonly to?: string;
  readonly rate?: string;
}

const LOOK_MS = 100;

export function addRedrive(program: Command): void {
  const command = program
    .command('redrive')
    .description('move dead letters back to the queues they came from')
    .argument('<queue>', 'a dead-letter queue, or a queue that has one')
    .option('--to <queue>', 'move them to this queue instead')
    .option('--rate <number>', 'messages per second, 500 at most');
  addRegionalFlags(command).action(redrive);
}

async function redrive(name: string, flags: RedriveFlags): Promise<void> {
  const rate = parseRate(flags.rate);
  const client = new QueueClient(connectionFrom(flags, process.env));
  const named = await client.find(name);
  const sourceArn = named.deadLetterArn ?? named.arn;
  const destination = flags.to === undefined ? undefined : await client.find(flags.to);
  await client.startMove(sourceArn, destination?.arn, rate);
  let task = await client.moveTask(sourceArn);
  while (task.Status === 'RUNNING') {
    await delay(LOOK_MS);
    task = await client.moveTask(sourceArn);
  }
  tell(task, sourceArn, flags);
}

function parseRate(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d+$/.test(text)) throw new CliError(`"${text}" is no number of messages per second.`);
  return Number(text);
}

function tell(task: MoveTask, sourceArn: string, flags: RedriveFlags): void {
  if (flags.json) printJson(task);
  const moved = task.ApproximateNumberOfMessagesMoved;
  if (task.Status !== 'COMPLETED') {
    const reason = task.FailureReason === undefined ? '' : `: ${task.FailureReason}`;
    throw new CliError(`Moving messages ended as ${task.Status} after ${moved}${reason}.`);
  }
  if (!flags.json) print(`${paint('green', 'moved')} ${moved} out of ${sourceArn.split(':').at(-1)}`);
}
