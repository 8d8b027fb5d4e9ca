/** The settings cannot be used; `message` is one line to print as it is. */
export class ConfigError extends Error {
  /** 1, or 0 when the message is the help text that was asked for. */
  readonly exitCode: 0 | 1;

  constructor(message: string, exitCode: 0 | 1 = 1) {
    super(message);
    this.name = 'ConfigError';
    this.exitCode = exitCode;
  }
}
