import type { ServiceError } from '../../model/service-error.ts';
import type { WireRequest } from '../request.ts';
import type { Labels } from '../routing/rest-router.ts';
import type { Operation, ServiceModel } from '../schema/service-model.ts';

export type Body = Uint8Array | AsyncIterable<Uint8Array>;

/** An HTTP answer before it is sent. */
export interface WireAnswer {
  status: number;
  readonly headers: Record<string, string>;
  body: string | Body | undefined;
}

/** A request whose operation is known, on its way to being decoded. */
export interface WireCall {
  readonly operation: Operation;
  readonly request: WireRequest;
  /** Path labels, on REST services. */
  readonly labels: Labels;
  /** The parsed form, in the query protocols. */
  readonly form: URLSearchParams | undefined;
}

/** One of AWS's protocols, from the server's side. */
export interface WireProtocol {
  /** Whether the operation's request body goes to the handler as a stream. */
  streamsInput(operation: Operation): boolean;
  /** @throws ServiceError SerializationException when the bytes don't fit the input shape */
  readInput(call: WireCall, body: Body): Record<string, unknown>;
  writeOutput(operation: Operation, output: unknown, requestId: string): WireAnswer;
  /**
   * @param service undefined when not even the service of the request is known
   * @param status the HTTP status, already taken from the model where it knows the code
   */
  writeError(
    service: ServiceModel | undefined,
    error: ServiceError,
    status: number,
    requestId: string,
  ): WireAnswer;
}

export const noStream = (): boolean => false;
