import type { Socket } from 'node:net';
import type { Connect, Destination } from './destination.ts';

/** Sends each event as a line of JSON. Nobody acknowledges them: taken is what the system's buffer took. */
export class TcpDestination implements Destination {
  readonly #port: number;
  readonly #connect: Connect;
  #socket: Socket | undefined;
  #isClosed = false;

  constructor(port: number, connect: Connect) {
    this.#port = port;
    this.#connect = connect;
  }

  async send(events: readonly string[]): Promise<void> {
    const socket = (this.#socket ??= this.#watch(await this.#connect(this.#port)));
    if (this.#isClosed) socket.destroy();
    const lines = `${events.join('\n')}\n`;
    await new Promise<void>((resolve, reject) => {
      const broken = (): void => reject(new Error('The connection broke.'));
      socket.once('close', broken);
      socket.write(lines, (error) => {
        socket.off('close', broken);
        if (error) reject(error);
        else resolve();
      });
    });
  }

  close(): void {
    this.#isClosed = true;
    this.#socket?.destroy();
  }

  #watch(socket: Socket): Socket {
    socket.on('error', () => undefined);
    socket.once('close', () => (this.#socket = undefined));
    // Whatever the listener says is passed over; unread, its end would not be seen.
    return socket.resume();
  }
}
