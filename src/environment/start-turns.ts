import type { DeploymentGroup } from './deployment-group.ts';

/**
 * Starts that were asked for and have to wait: the functions take turns, each in the order in which it asked. So one that
 * wants hundreds is not in the way of one that wants a single one.
 */
export class StartTurns {
  /** How many each still waits for. Who stands first is next. */
  readonly #waiting = new Map<DeploymentGroup, number>();

  get isEmpty(): boolean {
    return this.#waiting.size === 0;
  }

  add(group: DeploymentGroup): void {
    this.#waiting.set(group, (this.#waiting.get(group) ?? 0) + 1);
  }

  /** Takes out one start of the next group that is allowed to. */
  next(isAllowed: (group: DeploymentGroup) => boolean = () => true): DeploymentGroup | undefined {
    for (const [group, count] of this.#waiting) {
      if (!isAllowed(group)) continue;
      this.#waiting.delete(group);
      if (count > 1) this.#waiting.set(group, count - 1);
      return group;
    }
    return undefined;
  }
}
