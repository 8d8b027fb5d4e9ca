import type { Command } from 'commander';
import { addRegionalFlags, type CommonFlags, connectionFrom } from '../connection.ts';
import { note, printJson, printTable } from '../output.ts';
import { QueueClient, type QueueFacts } from '../queue-client.ts';

const heading = ['NAME', 'WAITING', 'IN FLIGHT', 'DELAYED', 'DEAD'];

export function addQueues(program: Command): void {
  const command = program
    .command('queues')
    .description('list the queues of a Region, and what is in them; DEAD is in their dead-letter queues');
  addRegionalFlags(command).action(listQueues);
}

async function listQueues(flags: CommonFlags): Promise<void> {
  const connection = connectionFrom(flags, process.env);
  const queues = await new QueueClient(connection).list();
  if (flags.json) {
    printJson(queues.map((queue) => ({ ...queue, dead: deadOf(queue, queues) })));
    return;
  }
  if (queues.length === 0) {
    note(`No queues in ${connection.region} yet. Create one with: aws sqs create-queue --queue-name NAME`);
    return;
  }
  const rows = queues.map((queue) => [
    queue.name,
    String(queue.waiting),
    String(queue.inFlight),
    String(queue.delayed),
    String(deadOf(queue, queues) ?? '-'),
  ]);
  printTable(heading, rows);
}

/** Messages in the queue's dead-letter queue, whoever they came from; null when it has none. */
function deadOf({ deadLetterArn }: QueueFacts, queues: readonly QueueFacts[]): number | null {
  const dead = queues.find(({ arn }) => arn === deadLetterArn);
  return dead === undefined ? null : dead.waiting + dead.inFlight + dead.delayed;
}
