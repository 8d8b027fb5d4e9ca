import type { Duplex } from 'node:stream';
import { deserialize, serialize } from 'node:v8';

type Message =
  | readonly ['tell', undefined, unknown]
  | readonly ['ask', number, unknown]
  | readonly ['answer', number, unknown]
  | readonly ['failure', number, string];

export interface WorkerChannelOptions<In> {
  /** What it returns answers a question; for what was merely told it counts for nothing. May throw, or reject. */
  readonly onMessage: (message: In) => unknown;
  /** The other side is gone. Called once. */
  readonly onClosed: () => void;
}

const LENGTH_BYTES = 4;

/**
 * Messages between the main process and a worker, in order. What is said in one turn of the event loop goes in one write.
 * Values travel as structured clones, so bytes stay bytes.
 */
export class WorkerChannel<Out, In> {
  readonly #stream: Duplex;
  readonly #options: WorkerChannelOptions<In>;
  readonly #questions = new Map<number, PromiseWithResolvers<unknown>>();
  #outgoing: Message[] = [];
  #received: Buffer[] = [];
  #receivedBytes = 0;
  #wantedBytes = LENGTH_BYTES;
  #nextId = 1;
  #isClosed = false;

  constructor(stream: Duplex, options: WorkerChannelOptions<In>) {
    this.#stream = stream;
    this.#options = options;
    stream.on('data', (chunk: Buffer) => this.#onData(chunk));
    stream.on('error', () => stream.destroy());
    stream.once('end', () => stream.destroy());
    stream.once('close', () => this.#onClosed());
  }

  /** Bytes that the other side has not taken yet. */
  get backlogBytes(): number {
    return this.#stream.writableLength;
  }

  tell(message: Out): void {
    this.#post(['tell', undefined, message]);
  }

  /** Rejects when the other side failed, or is gone. */
  ask(message: Out): Promise<unknown> {
    if (this.#isClosed) return Promise.reject(new Error('The other process is gone.'));
    const id = this.#nextId;
    this.#nextId += 1;
    const question = Promise.withResolvers<unknown>();
    this.#questions.set(id, question);
    this.#post(['ask', id, message]);
    return question.promise;
  }

  /** Sends what there is to send, then closes. */
  async end(): Promise<void> {
    this.#flush();
    if (this.#isClosed) return;
    await new Promise<void>((resolve) => this.#stream.end(resolve));
  }

  #post(message: Message): void {
    if (this.#isClosed) return;
    if (this.#outgoing.push(message) === 1) process.nextTick(() => this.#flush());
  }

  #flush(): void {
    const messages = this.#outgoing;
    if (messages.length === 0 || this.#isClosed || this.#stream.writableEnded) return;
    this.#outgoing = [];
    const body = serialize(messages);
    const length = Buffer.allocUnsafe(LENGTH_BYTES);
    length.writeUInt32LE(body.length);
    this.#stream.cork();
    this.#stream.write(length);
    this.#stream.write(body);
    this.#stream.uncork();
  }

  #onData(chunk: Buffer): void {
    this.#received.push(chunk);
    this.#receivedBytes += chunk.length;
    if (this.#receivedBytes < this.#wantedBytes) return;
    let bytes = Buffer.concat(this.#received);
    for (;;) {
      if (bytes.length < LENGTH_BYTES) break;
      const end = LENGTH_BYTES + bytes.readUInt32LE();
      this.#wantedBytes = end;
      if (bytes.length < end) break;
      const messages = deserialize(bytes.subarray(LENGTH_BYTES, end)) as Message[];
      bytes = bytes.subarray(end);
      this.#wantedBytes = LENGTH_BYTES;
      for (const message of messages) this.#onMessage(message);
    }
    this.#received = bytes.length === 0 ? [] : [bytes];
    this.#receivedBytes = bytes.length;
  }

  #onMessage([kind, id, body]: Message): void {
    if (kind === 'tell') this.#options.onMessage(body as In);
    else if (kind === 'ask') void this.#answer(id, body as In);
    else {
      const question = this.#questions.get(id);
      this.#questions.delete(id);
      if (kind === 'answer') question?.resolve(body);
      else question?.reject(new Error(body));
    }
  }

  async #answer(id: number, message: In): Promise<void> {
    try {
      this.#post(['answer', id, await this.#options.onMessage(message)]);
    } catch (error) {
      this.#post(['failure', id, error instanceof Error ? error.message : String(error)]);
    }
  }

  #onClosed(): void {
    this.#isClosed = true;
    for (const question of this.#questions.values()) question.reject(new Error('The other process is gone.'));
    this.#questions.clear();
    this.#options.onClosed();
  }
}
