import type { SandboxExit } from '../../sandbox/sandbox.ts';
import { exited, exitWords, platformFailure, startWords } from '../function-failure.ts';
import type { FunctionFailure } from '../function-failure.ts';

/** An extension's process ended without being told to. */
export function extensionCrashed(exit: SandboxExit): FunctionFailure {
  // Its limit is that of the whole environment, which ends with it: whose end is seen first says nothing.
  if (exit.outOfMemory) return exited(exit);
  const text = exit.code === 0 ? 'exit code 0' : exitWords(exit);
  return platformFailure('error', 'Extension.Crash', text);
}

/** @param code of the failed system call, e.g. EACCES */
export function extensionNotStarted(path: string, code: string): FunctionFailure {
  return platformFailure('error', 'Extension.LaunchError', startWords(path, code));
}

export function tooManyExtensions(): FunctionFailure {
  return platformFailure('error', 'Extension.LaunchError', 'ErrTooManyExtensions');
}

/** @param errorType as the extension itself names it */
export function extensionGaveUp(phase: 'init' | 'exit', errorType: string): FunctionFailure {
  const shown = phase === 'init' ? 'Extension.InitError' : 'Extension.ExitError';
  return platformFailure('error', shown, errorType);
}
