import type { QueueSenderIdentity } from './queue-ports.ts';

/** An event for a bus, by its ARN. */
export interface BusEvent {
  readonly busArn: string;
  readonly sender: QueueSenderIdentity;
  readonly source: string;
  readonly detailType: string;
  /** A JSON object as text. */
  readonly detail: string;
  readonly resources?: readonly string[];
  /** `X-Amzn-Trace-Id` value of what it comes from, handed on to targets. */
  readonly traceHeader?: string;
}

/** Event buses as other services see them. The platform wires it to its EventBridge. */
export interface EventBusPort {
  /** What `put` would refuse whatever the event. Throws ServiceError as it does. */
  check(busArn: string, sender: QueueSenderIdentity): Promise<void>;
  /**
   * Resolves when the event is on disk for every target. Throws ServiceError: `ResourceNotFoundException`,
   * `AccessDeniedException`, `ValidationException`. Any other error may pass.
   */
  put(event: BusEvent): Promise<void>;
}
