/**
 * What ends a command early. The first line of the message says what is wrong, the rest what to do next.
 * Exit codes: 0 done, 1 could not be done, 2 the function ran and failed.
 */
export class CliError extends Error {
  readonly exitCode: 1 | 2;

  constructor(message: string, exitCode: 1 | 2 = 1) {
    super(message);
    this.name = 'CliError';
    this.exitCode = exitCode;
  }
}

/** An error answer of the API, with its AWS error code, e.g. `ResourceNotFoundException`. */
export class ApiError extends CliError {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string, hint?: string) {
    super(`${code}: ${message}${hint === undefined ? '' : `\n${hint}`}`);
    this.name = 'ApiError';
    this.status = status;
    this.code = code;
  }
}
