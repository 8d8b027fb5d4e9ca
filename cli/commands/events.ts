import type { Command } from 'commander';
import { ApiClient } from '../api-client.ts';
import { CliError } from '../cli-error.ts';
import { addRegionalFlags, type CommonFlags, connectionFrom } from '../connection.ts';
import { note, printJson, printTable } from '../output.ts';
import { QueueClient } from '../queue-client.ts';

const heading = ['REQUEST', 'STATE', 'ATTEMPTS', 'ACCEPTED', 'NEXT'];

export function addEvents(program: Command): void {
  const command = program
    .command('events')
    .description('list what is waiting, in hand, retrying and dead of the events a function was sent')
    .argument('<name>', 'name of the function');
  addRegionalFlags(command).action(listEvents);
}

async function listEvents(name: string, flags: CommonFlags): Promise<void> {
  const connection = connectionFrom(flags, process.env);
  const client = new ApiClient(connection);
  const found = await client.findFunction(name);
  if (found === undefined) throw new CliError(`There is no function ${name} in ${connection.region}.`);
  const facts = await client.functionEvents(found.FunctionArn ?? name);
  const dead = await deadOf(new QueueClient(connection), found.DeadLetterConfig?.TargetArn);
  if (flags.json) {
    printJson({ ...facts, dead });
    return;
  }
  const { waiting, inHand, retrying, events } = facts;
  note(`${waiting} waiting, ${inHand} in hand, ${retrying} retrying, ${dead ?? 'no queue for'} dead`);
  if (events.length === 0) return;
  const rows = events.map((event) => [
    event.requestId,
    event.state,
    String(event.attempts),
    event.acceptedAt,
    event.dueAt ?? '-',
  ]);
  printTable(heading, rows);
}

/** Messages in the queue of dead letters; null where dead letters go to no queue. */
async function deadOf(queues: QueueClient, arn: string | undefined): Promise<number | null> {
  if (arn?.split(':')[2] !== 'sqs') return null;
  const { waiting, inFlight, delayed } = await queues.find(arn.split(':').at(-1) ?? '');
  return waiting + inFlight + delayed;
}
