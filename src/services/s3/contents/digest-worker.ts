import { parentPort } from 'node:worker_threads';
import { startChecksum } from '../../../aws/checksums/checksum-algorithms.ts';
import type { RunningCrc } from '../../../aws/checksums/crc.ts';
import type { DigestAnswer, DigestRequest } from './digest-messages.ts';

/** The other side of `DigestThread`. */
const messages = parentPort;
if (messages === null) throw new Error('This module is the main module of a worker thread.');

const bodies = new Map<number, readonly RunningCrc[]>();

function send(answer: DigestAnswer): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
  messages?.postMessage(answer);
}

messages.on('message', (request: DigestRequest) => {
  const { body } = request;
  if ('begin' in request) {
    bodies.set(body, request.begin.map(startChecksum));
    return;
  }
  const running = bodies.get(body) ?? [];
  if ('block' in request) {
    const bytes = new Uint8Array(request.block, 0, request.length);
    for (const each of running) each.update(bytes);
    send({ body, block: request.block });
  } else {
    bodies.delete(body);
    send({ body, digests: running.map((each) => each.digest()) });
  }
});
