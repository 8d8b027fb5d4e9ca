/** Of a session of the function's execution role. */
export interface ExecutionCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  /** Milliseconds since the Unix epoch, platform time. */
  readonly expiresMs: number;
}
