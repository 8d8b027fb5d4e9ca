import type { IncomingHttpHeaders } from 'node:http';
import type { CallerIdentity } from '../model/identity/caller-identity.ts';

/** What the wire layer knows about one request besides its typed input. */
export interface RequestContext {
  /** UUID, sent back as `x-amzn-RequestId`. */
  readonly requestId: string;
  /** Twelve digits: from the access key when that is twelve digits, else the default account. */
  readonly accountId: string;
  /** From the credential scope, else the default region. */
  readonly region: string;
  /** Undefined when nobody signed: `caller` is then the default account's root. */
  readonly accessKeyId: string | undefined;
  /** Who signed; whoever has a key that nobody issued is its account's root user. */
  readonly caller: CallerIdentity;
  /** Name of the service model, e.g. `lambda`, and of the operation, e.g. `CreateFunction`. */
  readonly service: string;
  readonly operation: string;
  /** Address of the client; undefined when the connection is gone. */
  readonly sourceIp: string | undefined;
  /** Header names in lower case. */
  readonly headers: IncomingHttpHeaders;
  /** One of them, several values joined by a comma. Cheaper than `headers`. */
  header(name: string): string | undefined;
  /** `http://host:port` by which clients reach this endpoint: `--public-host` if set, else the request's Host. */
  readonly origin: string;
  /** Trailing headers of a streamed body by lower-case name; undefined until it has been read, and without any. */
  readonly trailers?: Readonly<Record<string, string>> | undefined;
  /** Size of the HTTP request's body, bytes. */
  readonly contentLength: number;
  /** Aborts when the client has gone away. Created on first use. */
  readonly signal: AbortSignal;
  /** Aborts as well when it may have: it sends nothing more, and may still wait for what there is. Created on first use. */
  readonly patience: AbortSignal;
  /** Adds a header to the answer, beside those the output shape binds; on error answers too. */
  setHeader(name: string, value: string): void;
}

/**
 * Implements one API operation. Gets the decoded, constraint-checked input and returns the output shape; throws
 * `ServiceError` for errors the caller should see. `import type` the shapes from the service's @aws-sdk client.
 * Values: blobs are Uint8Array, timestamps Date, streaming blobs and event streams AsyncIterable.
 */
export type OperationHandler<Input, Output> = (
  input: Input,
  context: RequestContext,
) => Output | Promise<Output>;

// oxlint-disable-next-line typescript/no-explicit-any -- the table holds handlers of many input types
export type AnyOperationHandler = OperationHandler<any, unknown>;

/** How an operation is authorised. */
export interface ServiceAccess {
  /** The service asks policies itself, before each operation. */
  readonly isOwn?: true;
  /** Requests without a signature come to it as well, when it asks policies itself. */
  readonly takesAnonymous?: true;
  /** The actions it takes, each with the resources it is about: ARNs, or `*`. Without it, the operation's name on `*`. */
  readonly actions?: (
    operation: string,
    input: Readonly<Record<string, unknown>>,
    context: RequestContext,
  ) => readonly RequestedAction[];
}

export interface RequestedAction {
  /** e.g. `logs:PutLogEvents` */
  readonly action: string;
  readonly resource: string;
  /** Condition keys of this action beside those of every request. */
  readonly keys?: Readonly<Record<string, string | readonly string[] | undefined>>;
}

/** One AWS service as the platform offers it. Operations of the model that are not listed answer "not implemented yet". */
export interface ServiceDefinition {
  /** What its operations are about, where callers are authorised; without it they are about everything. */
  readonly access?: ServiceAccess;
  /** Name of the extracted model in `aws/models`, e.g. `lambda`, `cloudwatch-logs`. */
  readonly model: string;
  readonly operations: Readonly<Record<string, AnyOperationHandler>>;
  /**
   * Constraints of the model that a handler checks itself, because AWS answers something else than its usual
   * ValidationException: `Shape.Member` for all of a member's constraints, `Shape.Member:kind` for one of
   * `required`, `enum`, `length`, `range`, `pattern`.
   */
  readonly uncheckedConstraints?: readonly string[];
}
