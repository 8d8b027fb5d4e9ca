/** A runtime that cannot run here; the message says why, and what to do where something can be done. */
export class RuntimeUnavailable extends Error {
  readonly runtime: string;

  constructor(runtime: string, message: string) {
    super(message);
    this.name = 'RuntimeUnavailable';
    this.runtime = runtime;
  }
}
