import { Duplex, PassThrough } from 'node:stream';
import { test } from 'vitest';
import { listenToFrames } from './frame-channel.ts';
import { encodeFrame, FRAME } from './frames.ts';
import { OutputPace, OutputPacing } from './output-pace.ts';
import type { RuntimeEvents } from './runtime-link.ts';

/** An environment that has nothing in hand. */
const nothing: RuntimeEvents = {
  onNext: () => false,
  onResponse: () => false,
  onStream: () => undefined,
  onError: () => false,
  onInitError: () => false,
  onRestoreNext: () => false,
  onRestoreError: () => false,
  onLog: () => undefined,
  refusalOf: () => undefined,
};

test.each([
  'next',
  'passed',
  'response',
  'error',
  'initError',
  'stream',
  'part',
  'restoreNext',
  'restoreError',
] as const)('a large %s frame that nobody waits for counts as output does', async (type) => {
  const answers = new PassThrough();
  const channel = new Duplex({ read: () => undefined, write: (_chunk, _encoding, done) => done() });
  const flooded = Promise.withResolvers<void>();
  const pace = new OutputPace(new OutputPacing(), flooded.resolve);
  listenToFrames(channel, answers, nothing, pace, () => flooded.reject(new Error('It is no frame.')));
  answers.write(encodeFrame(FRAME[type], Buffer.alloc(1 << 20, '1')));
  await flooded.promise;
});
