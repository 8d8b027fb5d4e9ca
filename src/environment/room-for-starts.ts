import { serviceException } from '../model/lambda-errors.ts';

/** Idle environments that make room at once: files for some starts. */
const MAKE_ROOM = 8;

export interface RoomHost {
  readonly filesAreScarce: () => boolean;
  readonly memoryIsScarce: () => boolean;
  /** Ends those that were used least recently. @returns how many */
  readonly removeOldest: (count: number) => number;
  /** Resolves when what is being ended has ended. */
  readonly removed: () => Promise<void>;
  readonly onWarning: (text: string) => void;
}

/**
 * Sees that a start finds what it needs: where the machine has little left, environments that wait for invocations end before
 * their time. Files are never used up, since without one the platform could neither answer nor write a log.
 */
export class RoomForStarts {
  readonly #host: RoomHost;
  /** Those who come meanwhile wait for the same. */
  #making: Promise<void> | undefined;

  constructor(host: RoomHost) {
    this.#host = host;
  }

  /** @throws ServiceError when the process may not open the files */
  async make(): Promise<void> {
    const { filesAreScarce, memoryIsScarce, onWarning } = this.#host;
    const noFiles = filesAreScarce();
    if (!noFiles && !memoryIsScarce()) return;
    this.#making ??= this.#free().finally(() => (this.#making = undefined));
    await this.#making;
    if (!noFiles) return;
    onWarning(
      'Environments end early, or are not started: this process may open too few files for more. Raise the limit before ' +
        'starting Lambent, as with ulimit -Hn 65536.',
    );
    if (filesAreScarce())
      throw serviceException('Lambent may open too few files to start another execution environment.');
  }

  async #free(): Promise<void> {
    if (this.#host.removeOldest(MAKE_ROOM) > 0) await this.#host.removed();
  }
}
