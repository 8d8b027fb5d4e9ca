/**
 * The form in which service models are committed under `src/aws/models`: what `tools/models` takes out of the
 * @aws-sdk/client-* packages, cut down to what the wire layer needs.
 */
export interface ModelJson {
  /** File name without extension, e.g. `cloudwatch-logs`. */
  readonly name: string;
  /** e.g. `CloudWatch Logs` */
  readonly id: string;
  /** Service name in the SigV4 credential scope, e.g. `logs`. */
  readonly signingName: string;
  /** e.g. `com.amazonaws.cloudwatchlogs` */
  readonly namespace: string;
  readonly version: string;
  /** Prefix of `X-Amz-Target`, e.g. `Logs_20140328`. */
  readonly target: string;
  readonly xmlNamespace: string;
  /** The protocol of the JavaScript SDK; the endpoint accepts others beside it. */
  readonly protocol: Protocol;
  /** Errors carry their old query code in `x-amzn-query-error`. */
  readonly queryCompatible: boolean;
  readonly operations: Readonly<Record<string, OperationJson>>;
  readonly shapes: readonly ShapeJson[];
}

export type Protocol =
  | 'restJson1'
  | 'restXml'
  | 'awsJson1_0'
  | 'awsJson1_1'
  | 'awsQuery'
  | 'ec2Query'
  | 'rpcv2Cbor';

export interface OperationJson {
  /** Method, URI pattern, success status. Absent on services without routes. */
  readonly http?: readonly [method: string, uri: string, status: number];
  /** Index into `shapes`; absent for an empty input or output. */
  readonly input?: number;
  readonly output?: number;
}

export type ShapeJson = StructureJson | ListJson | MapJson;

export interface StructureJson {
  readonly structure: string;
  readonly union?: 1;
  /** Members in wire order; the first `required` of them are required. */
  readonly members: Readonly<Record<string, MemberJson>>;
  readonly required?: number;
  readonly traits?: ShapeTraits;
}

export interface ListJson {
  readonly list: MemberJson;
  readonly sparse?: 1;
}

export interface MapJson {
  readonly map: readonly [key: MemberJson, value: MemberJson];
  readonly sparse?: 1;
}

/** A simple type or the index of a shape, with the traits of the place it is used at when there are any. */
export type MemberJson = ShapeReference | readonly [ShapeReference, MemberTraits];
export type ShapeReference = SimpleType | number;

/** `date-time`, `http-date` and `epoch` are timestamps of a fixed format; `timestamp` follows the place it is in. */
export type SimpleType =
  | 'string'
  | 'boolean'
  | 'number'
  | 'bigint'
  | 'bigdecimal'
  | 'blob'
  | 'stream'
  | 'document'
  | 'timestamp'
  | 'date-time'
  | 'http-date'
  | 'epoch';

export interface ShapeTraits {
  readonly xmlName?: string;
  readonly xmlNamespace?: XmlNamespace;
  /** Marks an error shape and says whose fault it is. */
  readonly error?: 'client' | 'server';
  readonly httpError?: number;
  /** Code and status of this error in the query protocol. */
  readonly awsQueryError?: readonly [code: string, status: number];
}

export interface MemberTraits {
  readonly httpLabel?: 1;
  readonly httpQuery?: string;
  readonly httpQueryParams?: 1;
  readonly httpHeader?: string;
  readonly httpPrefixHeaders?: string;
  readonly httpPayload?: 1;
  readonly httpResponseCode?: 1;
  readonly jsonName?: string;
  readonly xmlName?: string;
  readonly xmlAttribute?: 1;
  readonly xmlFlattened?: 1;
  readonly xmlNamespace?: XmlNamespace;
  readonly ec2QueryName?: string;
  /** An event stream, when the target is a union. */
  readonly streaming?: 1;
  readonly eventHeader?: 1;
  readonly eventPayload?: 1;
  /** A value that errors do not repeat. */
  readonly sensitive?: 1;
}

export type XmlNamespace = string | readonly [prefix: string, uri: string];

/** One line of `models/index.json`: enough to find a request's service without reading any model. */
export interface ServiceIndexEntry {
  readonly name: string;
  readonly signingName: string;
  readonly target: string;
  readonly version: string;
  readonly protocol: Protocol;
  /** First path segments of the service's REST routes, labels left out. */
  readonly roots: readonly string[];
}
