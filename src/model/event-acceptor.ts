import type { QueueSenderIdentity } from './queue-ports.ts';

/** An event a service hands to a function on behalf of one of its resources. */
export interface FunctionEvent {
  /** With or without a qualifier. */
  readonly functionArn: string;
  readonly sender: QueueSenderIdentity;
  /** JSON text */
  readonly payload: string;
  /** Undefined: the event begins a trace of its own. */
  readonly traceHeader?: string;
}

/** Hands events to functions, to be run after this answers. The platform wires it to its asynchronous invokes. */
export interface EventAcceptor {
  /** What `accept` would refuse whatever the event. Throws ServiceError as it does. */
  check(functionArn: string, sender: QueueSenderIdentity): Promise<void>;
  /**
   * Resolves when the event is on disk. Throws ServiceError: `ResourceNotFoundException`, `AccessDeniedException` when
   * the function's policy does not let the service in, `RequestTooLargeException`. Any other error may pass.
   */
  accept(event: FunctionEvent): Promise<void>;
}
