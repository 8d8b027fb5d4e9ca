import { Duplex, PassThrough } from 'node:stream';
import type { SandboxDriver, SandboxProcess } from '../../src/sandbox/sandbox.ts';
import { driverWithoutProcesses } from '../../src/sandbox/testing/driver-without-processes.ts';

const NEXT = Buffer.from([0, 0, 0, 1, 0x10]);
const INVOKE = 0x01;
const RESPONSE = 0x11;
const REQUEST_ID_BYTES = 36;
/** Where the id stands in an INVOKE frame: behind `{"requestId":"`. */
const REQUEST_ID_AT = 9 + 14;

/**
 * A driver without processes: its programs speak the frames of runtimes/FRAMES.md and answer every event at once with the
 * event. What an invoke costs with it is the platform's own work, without the system's.
 */
export const inMemoryDriver: SandboxDriver = driverWithoutProcesses(startProgram);

async function startProgram(): Promise<SandboxProcess> {
  const exit = Promise.withResolvers<{ code: number; signal: null; outOfMemory: boolean }>();
  const channel = new EchoChannel();
  const output = new PassThrough();
  const end = (): void => {
    channel.destroy();
    output.end();
    exit.resolve({ code: 0, signal: null, outOfMemory: false });
  };
  setImmediate(() => channel.emit('data', NEXT));
  return await Promise.resolve({
    channel,
    answers: channel,
    output,
    exited: exit.promise,
    setActive: () => undefined,
    terminate: end,
    kill: end,
  });
}

/** The platform's end: what it writes is a whole INVOKE frame, which is answered in the next microtask. */
class EchoChannel extends Duplex {
  override _read(): void {
    // It emits what it has.
  }

  override write(chunk: unknown): boolean {
    const frame = chunk as Buffer;
    if (frame[4] === INVOKE) queueMicrotask(() => this.emit('data', response(frame)));
    return true;
  }
}

function response(frame: Buffer): Buffer {
  const start = 9 + frame.readUInt32BE(5);
  const bytes = frame.length - start;
  const whole = Buffer.allocUnsafe(5 + REQUEST_ID_BYTES + bytes + NEXT.length);
  whole.writeUInt32BE(1 + REQUEST_ID_BYTES + bytes, 0);
  whole[4] = RESPONSE;
  frame.copy(whole, 5, REQUEST_ID_AT, REQUEST_ID_AT + REQUEST_ID_BYTES);
  frame.copy(whole, 5 + REQUEST_ID_BYTES, start);
  whole.set(NEXT, whole.length - NEXT.length);
  return whole;
}
