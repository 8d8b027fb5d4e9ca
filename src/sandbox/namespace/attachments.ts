import type { Warden } from './warden/warden.ts';

/**
 * What a warden has mounted for one sandbox after that was made. Mounts end with their warden: the next one makes them
 * again, before anything starts from it.
 */
export class Attachments {
  /** Host paths, by their place. */
  readonly #made = new Map<string, string>();
  #warden: Warden | undefined;

  /** Before the first process: only what was shared by then follows. @param places to share */
  async prepare(warden: Warden, places: Iterable<string>): Promise<void> {
    if (this.#warden === warden) return;
    this.#warden = warden;
    for (const place of places) await warden.share(place);
    for (const [place, hostPath] of this.#made) await warden.attach(hostPath, place);
  }

  /** @throws Error when nothing was prepared */
  async attach(hostPath: string, place: string): Promise<void> {
    if (this.#warden === undefined) throw new Error('Nothing can be attached to this sandbox.');
    await this.#warden.attach(hostPath, place);
    this.#made.set(place, hostPath);
  }

  async remove(places: Iterable<string>): Promise<void> {
    // Of a warden that has gone the mounts have gone too.
    await Promise.all(
      [...places].map(async (place) => await this.#warden?.detach(place).catch(() => undefined)),
    );
  }
}
