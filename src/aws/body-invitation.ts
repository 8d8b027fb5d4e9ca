import type { ServerResponse } from 'node:http';

/** Requests whose senders wait for a word before they send the body (`Expect: 100-continue`), and how it is given. */
const waiting = new WeakMap<object, () => void>();

/** The sender of a request waits. Whoever answers it without its body spares it the upload. */
export function expectInvitation(request: object, response: ServerResponse): void {
  waiting.set(request, () => {
    if (!response.headersSent) response.writeContinue();
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
