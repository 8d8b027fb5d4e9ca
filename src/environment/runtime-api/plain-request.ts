/** What a runtime sends for every invocation, whole and in plain form. */
export interface PlainRequest {
  /** The invocation whose response it is; undefined: it asks for the next event. */
  readonly requestId: string | undefined;
  /** `Lambda-Runtime-Invocation-Id`, where it is echoed. */
  readonly invocationId: string | undefined;
  readonly body: Uint8Array;
  /** Head and body, bytes. */
  readonly size: number;
}
