import type { FunctionFailure } from './function-failure.ts';
import type { RuntimeEvents } from './runtime-link.ts';
import type { Printed } from './runtime-session.ts';
import type { SubscriptionFacts } from './telemetry-api/telemetry-event.ts';

/** Whom a runtime process tells. */
export interface RuntimeProcessHandlers {
  readonly events: RuntimeEvents;
  readonly printed: Printed;
  /** A line that an external extension printed. */
  readonly onExtensionLog: (line: string) => void;
  readonly onSubscribed: (facts: SubscriptionFacts) => void;
  /** The runtime has initialised, or is restored; extensions may not be. */
  readonly onRuntimeReady: () => void;
  /** The process, or an extension, ended of itself after it had become ready. All it wrote has been handled. */
  readonly onLost: (failure: FunctionFailure) => void;
  /** No extension has anything left to do. */
  readonly onExtensionsWaiting: () => void;
}
