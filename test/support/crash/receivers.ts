import { DeleteMessageCommand, type Message, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { advanceClock, eventCounts } from '../async-events.ts';
import { eventually } from '../functions.ts';
import type { TestServer } from '../server.ts';
import type { Books, Sink } from './books.ts';
import type { Clients } from './clients.ts';

/** A queue that clients empty, and what arrives by it. */
export interface Receiver {
  readonly queue: string;
  /** Undefined: messages are received and left, until they are dead. */
  readonly sink: Sink | undefined;
  /** The word in a message. */
  readonly read: (body: string) => string;
}

/** In a FIFO queue a word comes once, elsewhere one may come again in a message of its own. */
const isFifo = ({ sink }: Receiver): boolean => sink === 'ordered';
const asItIs = (body: string): string => body;
/** EventBridge hands on a text as JSON. */
const unquoted = (body: string): string => (body.startsWith('"') ? (JSON.parse(body) as string) : body);
const ofRecord = (body: string): string =>
  (JSON.parse(body) as { requestPayload: { word: string } }).requestPayload.word;

export const RECEIVERS: readonly Receiver[] = [
  { queue: 'inbox', sink: 'inbox', read: unquoted },
  { queue: 'ordered.fifo', sink: 'ordered', read: asItIs },
  { queue: 'poison', sink: undefined, read: asItIs },
  { queue: 'dead', sink: 'dead', read: asItIs },
  { queue: 'failures', sink: 'failures', read: ofRecord },
];

/** Receives once, notes what came and deletes it. @returns how many came */
export async function takeSome(clients: Clients, receiver: Receiver, books: Books): Promise<number> {
  const QueueUrl = `${clients.endpoint}/000000000000/${receiver.queue}`;
  const { Messages = [] } = await clients.sqs.send(
    new ReceiveMessageCommand({
      QueueUrl,
      MaxNumberOfMessages: 5,
      VisibilityTimeout: receiver.sink === undefined ? 0 : 60,
    }),
  );
  if (receiver.sink === undefined) return Messages.length;
  const words = Messages.map(({ Body = '' }) => receiver.read(Body));
  const identities = Messages.map((message, index) => identityOf(receiver, message, words[index]));
  identities.forEach((identity) => books.receive(identity));
  if (isFifo(receiver)) books.arriveInOrder(words);
  else for (const word of words) books.arrive(receiver.sink, word);
  for (const [index, { ReceiptHandle }] of Messages.entries()) {
    const identity = identities[index] ?? '';
    books.askDelete(identity);
    await clients.sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
    books.noteDeleted(identity);
  }
  return Messages.length;
}

function identityOf(receiver: Receiver, { MessageId = '' }: Message, word = ''): string {
  return isFifo(receiver) ? word : MessageId;
}

/**
 * Takes what is there, and moves time to where what is in hand comes back, until nothing is missing and nothing is under
 * way any more.
 */
export async function takeTheRest(server: TestServer, clients: Clients, books: Books): Promise<void> {
  const takeAll = async (): Promise<void> => {
    for (const receiver of RECEIVERS) while ((await takeSome(clients, receiver, books)) > 0);
  };
  await eventually(
    async () => {
      await takeAll();
      const missing = books.missing();
      if (missing.length > 0) await advanceClock(server, 61_000);
      return missing;
    },
    (missing) => missing.length === 0,
    120_000,
  );
  await eventually(
    async () => await inHand(server),
    (count) => count === 0,
    30_000,
  );
  await takeAll();
}

/** Events and deliveries that are under way. */
export async function inHand(server: TestServer): Promise<number> {
  const health = await (await fetch(`${server.endpoint}/_lambent/health`)).json();
  return (health as { deliveries: number }).deliveries + ((await eventCounts(server))['inHand'] ?? 0);
}
