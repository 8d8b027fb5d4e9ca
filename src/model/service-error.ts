/**
 * An error that the caller of an AWS API is meant to see. Thrown anywhere below a handler, written by the wire
 * layer in the protocol of the request. The HTTP status is the one the service's model gives the code; `status`
 * is used for codes that no model knows (ValidationException on Lambda, for example).
 */
export class ServiceError extends Error {
  /** The error code: the shape's name, e.g. `ResourceNotFoundException`. */
  readonly code: string;
  /** HTTP status for codes the service model does not list. */
  readonly status: number;
  /** Further members of the error's shape, e.g. `{ Type: 'User', Reason: '...' }`. */
  readonly members: Readonly<Record<string, unknown>>;

  constructor(code: string, message: string, status = 400, members: Readonly<Record<string, unknown>> = {}) {
    super(message);
    this.name = code;
    this.code = code;
    this.status = status;
    this.members = members;
  }
}
