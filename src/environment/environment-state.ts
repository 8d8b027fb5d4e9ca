/**
 * The life of an execution environment. `reset` has lost its process and kept /tmp and its log stream; its next
 * invocation starts a process again within the function's own timeout (`reinitializing`), which AWS calls suppressed
 * init. `invoking` lasts from the event to the runtime's next "next". With SnapStart it is `waiting` once it has
 * initialised, until it is restored.
 */
export type EnvironmentState =
  | 'created'
  | 'initializing'
  | 'waiting'
  | 'restoring'
  | 'idle'
  | 'invoking'
  | 'reset'
  | 'reinitializing'
  | 'destroyed';

/** Every transition there is. */
const TRANSITIONS: Readonly<Record<EnvironmentState, readonly EnvironmentState[]>> = {
  created: ['initializing', 'destroyed'],
  initializing: ['idle', 'waiting', 'reset', 'destroyed'],
  waiting: ['restoring', 'reset', 'destroyed'],
  restoring: ['idle', 'reset', 'destroyed'],
  idle: ['invoking', 'reset', 'destroyed'],
  invoking: ['idle', 'reset', 'destroyed'],
  reset: ['reinitializing', 'destroyed'],
  reinitializing: ['invoking', 'reset', 'destroyed'],
  destroyed: [],
};

/** Holds the state and refuses every transition that is not in the table. */
export class EnvironmentLifecycle {
  #current: EnvironmentState = 'created';

  get current(): EnvironmentState {
    return this.#current;
  }

  to(next: EnvironmentState): void {
    const current = this.#current;
    // What every invocation does, without a look at the table.
    const isUsual = current === 'idle' ? next === 'invoking' : current === 'invoking' && next === 'idle';
    if (!isUsual && !TRANSITIONS[current].includes(next)) {
      throw new Error(`An execution environment cannot go from ${current} to ${next}.`);
    }
    this.#current = next;
  }
}
