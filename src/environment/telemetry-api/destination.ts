import type { Socket } from 'node:net';

/** A subscriber's listener. */
export interface Destination {
  /** Resolves when the listener has taken the events (JSON texts). Rejects when it has not; then all may be sent again. */
  send(events: readonly string[]): Promise<void>;
  close(): void;
}

/** Connects to a port inside the sandbox. */
export type Connect = (port: number) => Promise<Socket>;
