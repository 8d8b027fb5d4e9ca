import { eventually } from './functions.ts';
import type { TestServer } from './server.ts';

/** Waits until a server has printed a text: what it says comes by another way than its answers, which may be faster. */
export async function untilPrinted({ output }: Pick<TestServer, 'output'>, text: string): Promise<void> {
  await eventually(
    async () => await Promise.resolve(output()),
    (printed) => printed.includes(text),
  );
}
