import type { ServerResponse } from 'node:http';

/** Requests whose senders wait for a word before they send the body (`Expect: 100-continue`), and how it is given. */
const waiting = new WeakMap<object, () => void>();

/** The sender of a request waits. Whoever answers it without its body spares it the upload. */
export function expectInvitation(request: object, response: ServerResponse): void {
  const invite = (): void => {
    if (!response.headersSent) response.writeContinue();
  };
  // Pipelined, and its turn has not come.
  const isQueued = response.socket === null;
  // Node.js would end the connection after it, were it answered before the word could be given: no matter who invited.
  if (isQueued) Reflect.set(response, '_expect_continue', false);
  waiting.set(request, () => {
    // Before its turn, Node.js would put the word between the head and the body of the answer.
    if (isQueued && response.socket === null) response.once('socket', invite);
    else invite();
  });
}

/** Lets the sender of a request go on, if it waits. */
export function inviteBody(request: object): void {
  const invite = waiting.get(request);
  if (invite === undefined) return;
  waiting.delete(request);
  invite();
}

/** Whether nobody knows if the body will follow: the connection is of no use after the answer. */
export function isUninvited(request: object): boolean {
  return waiting.has(request);
}
