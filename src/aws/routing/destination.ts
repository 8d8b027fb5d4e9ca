import type { WireProtocol } from '../protocols/wire-protocol.ts';
import type { Operation, ServiceModel } from '../schema/service-model.ts';
import type { Labels } from './rest-router.ts';

/** Where a request is going, as far as it could be told. */
export interface Destination {
  /** What the answer, an error too, is written in. */
  readonly protocol: WireProtocol;
  /** Undefined when the request names no service there is a model of. */
  readonly service: ServiceModel | undefined;
  /** Undefined when the service has no such operation. */
  readonly operation: Operation | undefined;
  /** What the request asked for, in its own words, for the error when there is no operation. */
  readonly asked: string;
  readonly labels: Labels;
  /** Whether, within a service, the path alone has told. */
  readonly isByPathAlone?: boolean | undefined;
  /** The parsed form of a query-protocol request. */
  readonly form?: URLSearchParams | undefined;
  /** Of an upload to S3 by a form of a web page. */
  readonly formBoundary?: string | undefined;
}

export const NO_LABELS: Labels = Object.freeze({});
