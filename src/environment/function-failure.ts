import type { SandboxExit } from '../sandbox/sandbox.ts';

/** Why an initialisation or an invocation failed, other than by the handler's own error. Texts as AWS writes them. */
export interface FunctionFailure {
  /** As REPORT and INIT_REPORT name it. */
  readonly status: 'timeout' | 'error';
  readonly errorType: string;
  /** The error's JSON for the caller. */
  readonly payload: (requestId: string) => Uint8Array;
}

/** Go's words for signals, which is what AWS prints. */
const SIGNAL_WORDS: Readonly<Record<string, string>> = {
  SIGABRT: 'aborted',
  SIGBUS: 'bus error',
  SIGFPE: 'floating point exception',
  SIGHUP: 'hangup',
  SIGILL: 'illegal instruction',
  SIGINT: 'interrupt',
  SIGKILL: 'killed',
  SIGPIPE: 'broken pipe',
  SIGQUIT: 'quit',
  SIGSEGV: 'segmentation fault',
  SIGTERM: 'terminated',
  SIGTRAP: 'trace/breakpoint trap',
};

/** Go's words for the failures of starting a program. */
const EXEC_WORDS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or directory',
  EACCES: 'permission denied',
  ENOEXEC: 'exec format error',
  E2BIG: 'argument list too long',
};

export function timedOut(timeoutMs: number): FunctionFailure {
  const seconds = (timeoutMs / 1000).toFixed(2);
  return platformFailure('timeout', 'Sandbox.Timedout', `Task timed out after ${seconds} seconds`);
}

/** Init over its own limit; nobody sees the payload, for the invocation tries again. */
export function initTimedOut(): FunctionFailure {
  return platformFailure('timeout', 'Sandbox.Timedout', 'Task timed out');
}

/** After-restore hooks over their limit. */
export function restoreTimedOut(): FunctionFailure {
  return platformFailure('timeout', 'Sandbox.Timedout', 'Restore timed out');
}

/** Of a response in parts whose connection broke. */
export const TRUNCATED = 'Runtime.TruncatedResponse';
const ENDED: ReadonlySet<string> = new Set(['Runtime.ExitError', 'Runtime.OutOfMemory']);

export function exited(exit: SandboxExit): FunctionFailure {
  if (exit.outOfMemory) {
    return platformFailure('error', 'Runtime.OutOfMemory', 'Runtime exited with error: signal: killed');
  }
  return platformFailure('error', 'Runtime.ExitError', exitText(exit));
}

function exitText(exit: SandboxExit): string {
  if (exit.code === 0) return 'Runtime exited without providing a reason';
  return `Runtime exited with error: ${exitWords(exit)}`;
}

/** How a process ended, in Go's words. */
export function exitWords({ code, signal }: SandboxExit): string {
  return signal === null ? `exit status ${code}` : `signal: ${SIGNAL_WORDS[signal] ?? signal}`;
}

/** @param code of the failed system call, e.g. ENOENT */
export function invalidEntrypoint(program: string, code: string): FunctionFailure {
  return platformFailure('error', 'Runtime.InvalidEntrypoint', startWords(program, code));
}

/** Why a program could not be started, in Go's words. */
export function startWords(program: string, code: string): string {
  return `fork/exec ${program}: ${EXEC_WORDS[code] ?? code}`;
}

/** The runtime reported that the function's own initialisation failed. */
export function initFailed(payload: Uint8Array, declaredType: string | undefined): FunctionFailure {
  return { status: 'error', errorType: errorTypeOf(payload, declaredType), payload: () => payload };
}

export function responseTooLarge(limitBytes: number): FunctionFailure {
  const errorMessage = `Response payload size exceeded maximum allowed payload size (${limitBytes} bytes).`;
  const errorType = 'Function.ResponseSizeTooLarge';
  return { status: 'error', errorType, payload: () => json({ errorMessage, errorType }) };
}

/**
 * The error type as metrics and system logs show it: what is not of the platform's own pattern becomes
 * `Function.Unknown` or `Runtime.Unknown`.
 * @param payload the error's JSON, asked where the runtime did not declare a type
 */
export function errorTypeOf(payload: Uint8Array, declaredType: string | undefined): string {
  const errorType = declaredType ?? typeIn(payload);
  if (typeof errorType !== 'string') return 'Runtime.Unknown';
  if (/(Runtime|Function)\.[A-Z][a-zA-Z]/.test(errorType)) return errorType;
  return errorType.startsWith('Function.') ? 'Function.Unknown' : 'Runtime.Unknown';
}

export function truncatedPayload(): Uint8Array {
  const errorMessage = 'The connection broke before the response had ended.';
  return json({ errorType: TRUNCATED, errorMessage });
}

/** The error type as the runtime names it. */
export function declaredTypeOf(payload: Uint8Array, declaredType: string | undefined): string {
  const errorType = declaredType ?? typeIn(payload);
  return typeof errorType === 'string' ? errorType : 'Runtime.Unknown';
}

/** How a failure shows to who takes a response in parts: of a process that ends, the platform sees its connection break first. */
export function streamErrorOf({ errorType }: FunctionFailure): string {
  return ENDED.has(errorType) ? TRUNCATED : errorType;
}

function typeIn(payload: Uint8Array): unknown {
  try {
    return (JSON.parse(Buffer.from(payload).toString()) as { errorType?: unknown } | null)?.errorType;
  } catch {
    // Whatever a runtime sends is passed on to the caller; here it only has no name.
    return undefined;
  }
}

export function platformFailure(
  status: FunctionFailure['status'],
  errorType: string,
  text: string,
): FunctionFailure {
  return {
    status,
    errorType,
    payload: (requestId) => json({ errorType, errorMessage: `RequestId: ${requestId} Error: ${text}` }),
  };
}

function json(value: Readonly<Record<string, string>>): Uint8Array {
  return Buffer.from(JSON.stringify(value));
}
