import { eventually } from './functions.ts';
import type { TestServer } from './server.ts';

/** Waits until a server has printed all of these: what it prints comes by another way than its answers, maybe later. */
export async function untilPrinted(
  { output }: Pick<TestServer, 'output'>,
  ...texts: readonly string[]
): Promise<string> {
  return await eventually(
    async () => await Promise.resolve(output()),
    (printed) => texts.every((text) => printed.includes(text)),
  );
}
