/** What an extension can ask to be told. */
export type ExtensionEventType = 'INVOKE' | 'SHUTDOWN';

/** As the log names it: `Started` has not registered yet, `Ready` has asked for its first event. */
export type ExtensionState = 'Started' | 'Registered' | 'Ready' | 'LaunchError' | 'InitError' | 'ExitError';

/** An extension's request for its next event, answered once. */
export interface ParkedNext {
  /** @param json the event */
  answer(json: string): void;
}

/** What the log says about an extension. */
export interface ExtensionFacts {
  readonly name: string;
  readonly state: ExtensionState;
  readonly events: readonly ExtensionEventType[];
  /** Why it failed: its own word for that, or why it could not be started. */
  readonly errorType: string | undefined;
}

/** One extension in one life of the environment's processes. */
export class Extension implements ExtensionFacts {
  readonly name: string;
  /** A program of /opt/extensions; otherwise a part of the runtime's process. */
  readonly isExternal: boolean;
  #state: ExtensionState = 'Started';
  #events: readonly ExtensionEventType[] = [];
  #errorType: string | undefined;
  #parked: ParkedNext | undefined;
  /** An event that came while it was busy, or got lost with its connection. */
  #undelivered: string | undefined;

  constructor(name: string, isExternal: boolean) {
    this.name = name;
    this.isExternal = isExternal;
  }

  get state(): ExtensionState {
    return this.#state;
  }

  get events(): readonly ExtensionEventType[] {
    return this.#events;
  }

  get errorType(): string | undefined {
    return this.#errorType;
  }

  /** It has nothing to do: it asked for an event and there is none. */
  get isWaiting(): boolean {
    return this.#parked !== undefined;
  }

  register(events: readonly ExtensionEventType[]): void {
    this.#state = 'Registered';
    this.#events = events;
  }

  fail(state: 'LaunchError' | 'InitError' | 'ExitError', errorType: string): void {
    // What it says of itself counts for more than how its process then ends.
    if (this.#errorType !== undefined) return;
    this.#state = state;
    this.#errorType = errorType;
  }

  park(next: ParkedNext): void {
    if (this.#state === 'Registered') this.#state = 'Ready';
    this.#parked = next;
    const event = this.#undelivered;
    if (event !== undefined) this.deliver(event);
  }

  /** The connection broke. */
  unpark(next: ParkedNext): void {
    if (this.#parked === next) this.#parked = undefined;
  }

  /** A newer event takes the place of one that was never asked for. */
  deliver(json: string): void {
    const parked = this.#parked;
    this.#parked = undefined;
    this.#undelivered = parked === undefined ? json : undefined;
    parked?.answer(json);
  }
}
