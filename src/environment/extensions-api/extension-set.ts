import { randomUUID } from 'node:crypto';
import { Extension } from './extension.ts';
import type { ExtensionEventType, ExtensionFacts, ParkedNext } from './extension.ts';

/** Most extensions that there may be in one environment. */
export const EXTENSION_LIMIT = 10;

/**
 * Why a request is refused; `errorType` and `errorMessage` are what the extension sees. Those of the Extensions API are the
 * words of AWS's own, which its runtime interface emulator shows.
 */
export interface Refusal {
  readonly status: 400 | 403;
  readonly errorType: string;
  readonly errorMessage: string;
}

export interface Registration {
  readonly id: string;
}

export interface ExtensionSetListener {
  /** Every external extension has registered. */
  onAllRegistered(): void;
  /** An extension asked for an event, and now none has anything to do. */
  onAllWaiting(): void;
  /** An extension gave up, and says so. */
  onFailed(extension: Extension, phase: 'init' | 'exit'): void;
}

/**
 * The extensions of one life of an environment's processes, from their start to their end: who registered for what,
 * and who has yet to ask for its next event. Knows no processes and no HTTP.
 */
export class ExtensionSet {
  readonly #listener: ExtensionSetListener;
  readonly #all = new Map<string, Extension>();
  readonly #byId = new Map<string, Extension>();
  readonly #isShared: boolean;
  #isOpen = true;

  /**
   * @param programs names of the external extensions: they are there before they register
   * @param isShared several invocations are in hand at once, so that there are no events of single ones
   */
  constructor(programs: readonly string[], listener: ExtensionSetListener, isShared = false) {
    this.#isShared = isShared;
    this.#listener = listener;
    for (const name of programs) this.#all.set(name, new Extension(name, true));
  }

  get size(): number {
    return this.#all.size;
  }

  get externals(): Extension[] {
    return [...this.#all.values()].filter(({ isExternal }) => isExternal);
  }

  get facts(): readonly ExtensionFacts[] {
    return [...this.#all.values()];
  }

  /** None has anything to do. True when there is none. */
  get areAllWaiting(): boolean {
    for (const { isWaiting } of this.#all.values()) if (!isWaiting) return false;
    return true;
  }

  find(name: string): Extension | undefined {
    return this.#all.get(name);
  }

  /** The runtime has asked for its first event: nobody registers after that. */
  closeRegistration(): void {
    this.#isOpen = false;
  }

  register(name: string, events: readonly ExtensionEventType[]): Registration | Refusal {
    const known = this.#all.get(name);
    const refusal = this.#refusal(events, known);
    if (refusal !== undefined) return refusal;
    const extension = known ?? new Extension(name, false);
    extension.register(events);
    const id = randomUUID();
    this.#all.set(name, extension);
    this.#byId.set(id, extension);
    const isLast = this.externals.every(({ state }) => state !== 'Started');
    if (extension.isExternal && isLast) this.#listener.onAllRegistered();
    return { id };
  }

  /** Parks the request until there is an event. */
  next(id: string | undefined, parked: ParkedNext): Extension | Refusal {
    const extension = this.identify(id);
    if ('status' in extension) return extension;
    if (extension.errorType !== undefined || extension.isWaiting) return invalidState(extension, 'Ready');
    extension.park(parked);
    if (this.areAllWaiting) this.#listener.onAllWaiting();
    return extension;
  }

  reportError(
    id: string | undefined,
    phase: 'init' | 'exit',
    errorType: string | undefined,
  ): Refusal | undefined {
    const extension = this.identify(id);
    if ('status' in extension) return extension;
    if (errorType === undefined || errorType === '') {
      return forbidden('Extension.MissingHeader', 'Lambda-Extension-Function-Error-Type not found');
    }
    const state = phase === 'init' ? 'InitError' : 'ExitError';
    // Said again it is taken, and changes nothing.
    if (extension.state === state) return undefined;
    const isPast =
      extension.errorType !== undefined || (phase === 'init' && extension.state !== 'Registered');
    if (isPast) return invalidState(extension, state);
    extension.fail(state, errorType);
    this.#listener.onFailed(extension, phase);
    return undefined;
  }

  /** Hands an event to those who asked for its kind. */
  announce(type: ExtensionEventType, json: string): void {
    for (const extension of this.#all.values()) {
      if (extension.events.includes(type)) extension.deliver(json);
    }
  }

  /** @param id what an extension says it is, as it was told when it registered */
  identify(id: string | undefined): Extension | Refusal {
    if (id === undefined || id === '') {
      return forbidden('Extension.MissingExtensionIdentifier', 'Missing Lambda-Extension-Identifier header');
    }
    if (!/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(id)) {
      return forbidden('Extension.InvalidExtensionIdentifier', 'Invalid Lambda-Extension-Identifier');
    }
    return (
      this.#byId.get(id.toLowerCase()) ??
      forbidden('Extension.UnknownExtensionIdentifier', `Unknown extension ${id}`)
    );
  }

  #refusal(events: readonly ExtensionEventType[], known: Extension | undefined): Refusal | undefined {
    if (this.#isShared && events.includes('INVOKE'))
      return invalidEvent('INVOKE: event is not supported for functions on managed instances');
    if (known !== undefined && known.state !== 'Started') {
      if (known.isExternal) return invalidState(known, 'Registered');
      return forbidden('Extension.InvalidExtensionState', 'Extension with this name already registered');
    }
    // Its process ends with the runtime's, so there would be nobody left to tell.
    if (known === undefined && events.includes('SHUTDOWN'))
      return invalidEvent('SHUTDOWN: ShutdownEventNotSupportedForInternalExtension');
    if (!this.#isOpen) {
      return forbidden('Extension.RegistrationClosed', 'Extension registration closed already');
    }
    if (this.#byId.size >= EXTENSION_LIMIT) {
      return forbidden('Extension.TooManyExtensions', `Extension limit (${EXTENSION_LIMIT}) reached`);
    }
    return undefined;
  }
}

export function invalidEvent(what: string): Refusal {
  return forbidden('Extension.InvalidEventType', what);
}

function invalidState(extension: Extension, wanted: string): Refusal {
  const { name, state, isWaiting } = extension;
  const shown = state === 'Ready' && !isWaiting ? 'Running' : state;
  const text = `State transition from ${shown} to ${wanted} failed for extension ${name}.`;
  return forbidden('Extension.InvalidExtensionState', `${text} Error: State transition is not allowed`);
}

function forbidden(errorType: string, errorMessage: string): Refusal {
  return { status: 403, errorType, errorMessage };
}
