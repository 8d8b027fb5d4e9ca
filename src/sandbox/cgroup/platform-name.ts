import { processName } from '../process-name.ts';

let named = 0;

/** A name for groups of this process; another one each time. */
export function platformName(): string {
  named += 1;
  return `${processName()}-${named}`;
}
