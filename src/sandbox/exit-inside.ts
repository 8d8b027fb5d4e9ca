import { constants } from 'node:os';
import type { SandboxExit } from './sandbox.ts';

/** How a shell, bubblewrap and runsc say that a program was ended by a signal: this plus its number. */
const SIGNAL_EXIT = 128;

/**
 * What became of a program whose launcher ends with its exit status as a shell would put it. 129 and 130 are statuses
 * programs choose themselves, the Node.js runtime among them; nobody here sends those signals.
 */
export function exitInside(code: number): Pick<SandboxExit, 'code' | 'signal'> {
  const isSignal = (number: number): boolean =>
    number > constants.signals.SIGINT && number === code - SIGNAL_EXIT;
  const [signal] = Object.entries(constants.signals).find(([, number]) => isSignal(number)) ?? [];
  return signal === undefined ? { code, signal: null } : { code: null, signal: signal as NodeJS.Signals };
}
