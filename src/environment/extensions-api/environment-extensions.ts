import type { Invocation } from '../../model/invocation.ts';
import type { SandboxExit } from '../../sandbox/sandbox.ts';
import type { ProcessParts } from '../environment-parts.ts';
import type { FunctionFailure } from '../function-failure.ts';
import type { OutputPace } from '../output-pace.ts';
import type { ExtensionEndpoints } from '../runtime-api/runtime-api.ts';
import type { RuntimeLauncher } from '../runtime-launcher.ts';
import type { EnvironmentTelemetry } from '../telemetry-api/environment-telemetry.ts';
import type { Subscription } from '../telemetry-api/subscription.ts';
import type { SubscriptionFacts } from '../telemetry-api/telemetry-event.ts';
import type { TelemetryLife } from '../telemetry-api/telemetry-life.ts';
import type { Extension, ExtensionFacts } from './extension.ts';
import { invokeEvent, shutdownEvent, type ShutdownReason } from './extension-events.ts';
import {
  extensionCrashed,
  extensionGaveUp,
  extensionNotStarted,
  tooManyExtensions,
} from './extension-failures.ts';
import { ExtensionProcess } from './extension-process.ts';
import { EXTENSION_LIMIT, ExtensionSet, type ExtensionSetListener, type Refusal } from './extension-set.ts';
import type { FunctionIdentity } from './extensions-api-routes.ts';

/** How long external extensions have for their last work, the runtime's own end included. */
const SHUTDOWN_MS = 2000;
/** How much of that may go by until the telemetry so far has reached them. */
const TELEMETRY_MS = 500;
/** How long a runtime may take to end after SIGTERM when there are external extensions, or only internal ones. */
const RUNTIME_SHUTDOWN_MS = { external: 300, internal: 500 } as const;

export interface ExtensionHandlers {
  /** The last busy extension has asked for its next event. */
  readonly onAllWaiting: () => void;
  /** An extension ended, or says it will: its environment cannot go on. */
  readonly onFailed: (failure: FunctionFailure, isReported: boolean) => void;
  readonly onLog: (line: string) => void;
  /** An extension subscribed to the telemetry. */
  readonly onSubscribed: (facts: SubscriptionFacts) => void;
}

/** The extensions of an environment: their processes are started before the runtime's and ended after it. */
export class EnvironmentExtensions implements ExtensionEndpoints {
  readonly #launcher: RuntimeLauncher;
  readonly #handlers: ExtensionHandlers;
  readonly #processes = new Map<string, ExtensionProcess>();
  readonly #telemetry: EnvironmentTelemetry;
  readonly #pace: OutputPace;
  readonly isShared: boolean;
  #set: ExtensionSet;
  #life: TelemetryLife;
  #allRegistered = Promise.withResolvers<void>();
  #isEnding = false;
  #ended: Promise<void> | undefined;

  constructor({ version, launcher, telemetry, pace }: ProcessParts, handlers: ExtensionHandlers) {
    this.#launcher = launcher;
    this.#telemetry = telemetry;
    this.#pace = pace;
    this.isShared = version.maxConcurrency !== undefined;
    this.#life = telemetry.life;
    this.#handlers = handlers;
    this.#set = this.#newSet([]);
  }

  get extensions(): ExtensionSet {
    return this.#set;
  }

  get functionIdentity(): FunctionIdentity {
    return this.#launcher.functionIdentity;
  }

  /** There are any, of either kind. */
  get any(): boolean {
    return this.#set.size > 0;
  }

  get areAllWaiting(): boolean {
    return this.#set.areAllWaiting;
  }

  get facts(): readonly ExtensionFacts[] {
    return this.#set.facts;
  }

  subscribe(name: string, subscription: Subscription): Refusal | undefined {
    const result = this.#telemetry.subscribe(name, subscription);
    if (typeof result !== 'boolean') return result;
    const { api, types } = subscription;
    // The same subscription once more is none.
    if (result) this.#handlers.onSubscribed({ api, name, types });
    return undefined;
  }

  /** Undefined without extensions: the runtime is then killed at once. */
  get runtimeShutdownMs(): number | undefined {
    if (!this.any) return undefined;
    return this.#processes.size > 0 ? RUNTIME_SHUTDOWN_MS.external : RUNTIME_SHUTDOWN_MS.internal;
  }

  /** Starts the external extensions, at once and together. Resolves when all of them have registered. */
  async start(): Promise<void> {
    const programs = this.#launcher.extensionNames;
    this.#isEnding = false;
    this.#ended = undefined;
    this.#allRegistered = Promise.withResolvers<void>();
    this.#life = this.#telemetry.life;
    this.#set = this.#newSet(programs);
    if (programs.length === 0) return;
    if (programs.length > EXTENSION_LIMIT) this.#refuse(this.#set.externals[EXTENSION_LIMIT]);
    else await Promise.all(this.#set.externals.map((extension) => this.#startProcess(extension)));
    await this.#allRegistered.promise;
  }

  /** The runtime asks for its first event. */
  closeRegistration(): void {
    this.#set.closeRegistration();
  }

  invoke(invocation: Invocation, deadlineMs: number): void {
    this.#set.announce('INVOKE', invokeEvent(invocation, deadlineMs));
  }

  setActive(active: boolean): void {
    for (const process of this.#processes.values()) process.setActive(active);
  }

  /** What ends from now on was meant to. */
  beginEnd(): void {
    this.#isEnding = true;
  }

  /** Resolves when the end that was begun is complete. */
  get ended(): Promise<void> {
    return this.#ended ?? Promise.resolve();
  }

  /**
   * Ends the external extensions once the runtime has ended: those that asked for it are told, the rest is killed.
   * Only the first call of a life counts.
   * @param sinceMs when the shutdown began, by `performance.now()`
   */
  end(reason: ShutdownReason, sinceMs: number): void {
    this.#isEnding = true;
    this.#ended ??= this.#end(reason, sinceMs);
  }

  /** Sends what is buffered, and from now on everything at once. Resolves soon, whoever does not listen. */
  async deliverTelemetry(): Promise<void> {
    await this.#life.hurry(TELEMETRY_MS);
  }

  async #end(reason: ShutdownReason, sinceMs: number): Promise<void> {
    const life = this.#life;
    await this.#endProcesses(reason, sinceMs);
    this.#telemetry.end(life);
  }

  async #endProcesses(reason: ShutdownReason, sinceMs: number): Promise<void> {
    const processes = [...this.#processes];
    if (processes.length === 0) return;
    this.setActive(true);
    // What ended the environment is written to its log right after this; extensions get that before they end.
    await new Promise((resolve) => setImmediate(resolve));
    await this.deliverTelemetry();
    const leftMs = Math.max(0, SHUTDOWN_MS - (performance.now() - sinceMs));
    for (const [name, process] of processes) {
      if (this.#set.find(name)?.events.includes('SHUTDOWN') !== true) process.kill();
    }
    this.#set.announce('SHUTDOWN', shutdownEvent(reason, Math.floor(Date.now() + leftMs)));
    const timer = setTimeout(() => {
      for (const [, process] of processes) process.kill();
    }, leftMs);
    await Promise.all(processes.map(([, process]) => process.ended));
    clearTimeout(timer);
  }

  async #startProcess(extension: Extension): Promise<void> {
    const { name } = extension;
    const launched = await this.#launcher.launchExtension(name);
    if (typeof launched === 'string') {
      extension.fail('LaunchError', launched === 'EACCES' ? 'PermissionDenied' : 'UnknownError');
      this.#handlers.onFailed(extensionNotStarted(`/opt/extensions/${name}`, launched), false);
      return;
    }
    const process = new ExtensionProcess(launched, this.#handlers.onLog, this.#pace);
    this.#processes.set(name, process);
    void process.ended.then((exit) => this.#onExit(extension, exit));
    // The environment was given up while it was starting: nothing may outlive that.
    if (this.#isEnding) process.kill();
  }

  /** One more than there may be: none of them is started. */
  #refuse(extension: Extension | undefined): void {
    extension?.fail('LaunchError', 'TooManyExtensions');
    this.#handlers.onFailed(tooManyExtensions(), false);
  }

  #onExit({ name }: Extension, exit: SandboxExit): void {
    this.#processes.delete(name);
    if (this.#isEnding) return;
    this.#handlers.onFailed(extensionCrashed(exit), false);
  }

  #newSet(programs: readonly string[]): ExtensionSet {
    const listener: ExtensionSetListener = {
      onAllRegistered: () => this.#allRegistered.resolve(),
      onAllWaiting: () => {
        if (!this.#isEnding) this.#handlers.onAllWaiting();
      },
      onFailed: ({ errorType = '' }, phase) => {
        if (!this.#isEnding) this.#handlers.onFailed(extensionGaveUp(phase, errorType), true);
      },
    };
    return new ExtensionSet(programs, listener, this.isShared);
  }
}
