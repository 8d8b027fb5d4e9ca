import type { Engine, WriterConnection } from './engine.ts';

/** A group is committed when nobody waits to join it, or when it has grown to this. */
const MAX_GROUP_WRITES = 256;
const MAX_GROUP_AGE_MS = 5;

/** Writes that share one commit, hence one wait for the disk. */
interface Group {
  readonly connection: WriterConnection;
  readonly startedAtMs: number;
  /** What to do once it is on disk, in the order of the writes. */
  readonly committed: (() => void)[];
  readonly done: PromiseWithResolvers<void>;
  /** Set when it cannot be committed. */
  failure: Error | undefined;
  /** Nothing may join it any more. */
  closed: boolean;
}

/**
 * Runs writes one after the other on one connection, each seeing what the earlier ones did. Those that wait while
 * one runs join its transaction, each in a savepoint of its own: a write that fails undoes only itself, and a
 * single commit then answers all of them.
 */
export class WriteQueue {
  readonly #engine: Engine;
  readonly #waiting: (() => void)[] = [];
  #busy = false;
  #connection: WriterConnection | undefined;
  #group: Group | undefined;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /**
   * @param work one write; it must have sent all its statements when its promise settles
   * @param committed called once, right after the commit and before this promise resolves
   */
  async run<T>(work: (connection: WriterConnection) => Promise<T>, committed: () => void): Promise<T> {
    await this.#turn();
    let group: Group;
    let result: T;
    try {
      group = this.#group ?? (await this.#begin());
      result = await this.#runInGroup(group, work);
      group.committed.push(committed);
    } finally {
      this.#passTurn();
    }
    await group.done.promise;
    return result;
  }

  async #turn(): Promise<void> {
    if (this.#busy) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#busy = true;
  }

  #passTurn(): void {
    const group = this.#group;
    if (group !== undefined && !this.#mayGrow(group)) this.#end(group);
    const next = this.#waiting.shift();
    if (next === undefined) this.#busy = false;
    else next();
  }

  #mayGrow(group: Group): boolean {
    const size = group.committed.length;
    return (
      this.#waiting.length > 0 &&
      size > 0 &&
      size < MAX_GROUP_WRITES &&
      group.failure === undefined &&
      !group.closed &&
      performance.now() - group.startedAtMs < MAX_GROUP_AGE_MS
    );
  }

  async #begin(): Promise<Group> {
    if (this.#connection === undefined || this.#connection.lost) {
      this.#connection = await this.#engine.connectWriter();
    }
    const group: Group = {
      connection: this.#connection,
      startedAtMs: performance.now(),
      committed: [],
      done: Promise.withResolvers<void>(),
      failure: undefined,
      closed: false,
    };
    this.#group = group;
    // Nobody waits for a group whose only write failed.
    group.done.promise.catch(() => {});
    this.#post(group, 'begin');
    return group;
  }

  async #runInGroup<T>(group: Group, work: (connection: WriterConnection) => Promise<T>): Promise<T> {
    // The first write needs no savepoint: when it fails there is nothing else to keep.
    const first = group.committed.length === 0;
    if (!first) this.#post(group, 'savepoint');
    try {
      const result = await work(group.connection);
      if (!first) this.#post(group, 'release');
      return result;
    } catch (error) {
      // When the transaction never began, that is the reason, not the refusal of what came behind.
      const cause = group.failure ?? error;
      // Who has deadlocked with this group still waits for what it holds.
      if (this.#engine.isLostRace(cause)) group.closed = true;
      if (!first) await this.#undo(group, cause);
      throw cause;
    }
  }

  async #undo(group: Group, cause: unknown): Promise<void> {
    try {
      await group.connection.control('undo');
      this.#post(group, 'release');
    } catch {
      // A full disk, for one, ends the whole transaction: the earlier writes of the group hear why.
      group.failure ??= new Error(`The transaction was given up: ${asError(cause).message}`, { cause });
    }
  }

  /** Sends without waiting: the statements behind it are refused when it fails, and so is the commit. */
  #post(group: Group, command: 'begin' | 'savepoint' | 'release'): void {
    group.connection.control(command).catch((error: unknown) => {
      group.failure ??= asError(error);
    });
  }

  #end(group: Group): void {
    this.#group = undefined;
    void this.#settle(group);
  }

  /** Sends the end at once; the next group may begin behind it. */
  async #settle(group: Group): Promise<void> {
    const commits = group.committed.length > 0 && group.failure === undefined;
    try {
      await group.connection.control(commits ? 'commit' : 'rollback');
      if (!commits) throw new Error('The transaction was rolled back.');
    } catch (error) {
      group.done.reject(group.failure ?? asError(error));
      return;
    }
    for (const committed of group.committed) committed();
    group.done.resolve();
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
