import type { Room } from './room.ts';

/** The rooms of one sandbox, one after the other: all programs that run at the same time share one. */
export class Rooms {
  readonly #open: () => Promise<Room>;
  #room: Promise<Room> | undefined;
  #isClosed = false;

  constructor(open: () => Promise<Room>) {
    this.#open = open;
  }

  /** The room that a program is to start in, which counts as inside from now on. Where nobody is, a new one is opened. */
  async enter(): Promise<Room> {
    for (;;) {
      if (this.#isClosed) throw new Error('The sandbox is destroyed.');
      const opened = (this.#room ??= this.#open());
      try {
        const room = await opened;
        if (room.enter()) return room;
        await room.ended;
      } catch (error) {
        this.#forget(opened);
        throw error;
      }
      this.#forget(opened);
    }
  }

  /** Has a room ready for the first who enters. */
  async ready(): Promise<void> {
    await (this.#room ??= this.#open());
  }

  /** Nobody enters any more. */
  close(): void {
    this.#isClosed = true;
    void this.#room?.then(
      (room) => room.closeIfEmpty(),
      () => undefined,
    );
  }

  /** Resolves when the last room has ended, which it does with its last program. */
  async ended(): Promise<void> {
    const room = await this.#room?.catch(() => undefined);
    await room?.ended;
  }

  #forget(opened: Promise<Room>): void {
    if (this.#room === opened) this.#room = undefined;
  }
}
