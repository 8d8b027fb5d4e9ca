import type { Socket } from 'node:net';
import type { GatheringRoom } from './fast-lane-gathering.ts';
import type { RequestScanner, WholeRequest } from './fast-lane-request.ts';
import type { WholeResponse } from './fast-lane-response.ts';
import type { HeadEnd } from './fast-lane-write.ts';

/** Counts requests, while somebody wants to know. */
export interface LaneWatch {
  isOn: boolean;
  readonly counts: (request: WholeRequest) => boolean;
}

/** A connection, as the lane has it. */
export interface LaneMember {
  /** Requests that count, while they are counted. */
  counted: number;
  /** The connection itself, while a request is under way on it. */
  readonly running: Socket | undefined;
  /** Time passes. Closes the connection when more than so many of these calls came while nothing happened on it. */
  age(most: number): void;
  /** Ends the connection: now if it is idle, else after the answer under way. */
  close(): void;
  /** Gives the connection away as soon as nothing of it is under way here: now, or after an answer. */
  release(): void;
}

export interface LaneOptions {
  readonly scanner: RequestScanner;
  readonly room: GatheringRoom;
  /** False, with nothing done, when the request is node:http's after all. Never throws. */
  readonly onRequest: (request: WholeRequest, response: WholeResponse) => boolean;
  readonly keepAliveTimeoutMs: number;
  /** Of a connection's last answer, and of the others. */
  readonly headEnds: { readonly last: HeadEnd; readonly other: HeadEnd };
  /** Takes over a connection for good. The bytes it has still to read follow as a `data` event. */
  readonly asHttp1: (socket: Socket) => void;
  /** Takes over a connection that was to be given away, with what was read of it and not answered. */
  readonly onReleased?: ((socket: Socket, unread: Buffer) => void) | undefined;
  readonly watch: LaneWatch;
  /** The connection is closed, or somebody else's from now on. */
  readonly onGone: (connection: LaneMember) => void;
}
