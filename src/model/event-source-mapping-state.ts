/** The states AWS shows. */
export type MappingState =
  | 'Creating'
  | 'Enabled'
  | 'Disabled'
  | 'Updating'
  | 'Enabling'
  | 'Disabling'
  | 'Deleting';

/** What may follow each state; everything else is refused. A mapping that is Deleting only ends. */
const NEXT: Readonly<Record<MappingState, readonly MappingState[]>> = {
  Creating: ['Enabled', 'Disabled'],
  Enabled: ['Updating', 'Enabling', 'Disabling', 'Deleting'],
  Disabled: ['Updating', 'Enabling', 'Disabling', 'Deleting'],
  Updating: ['Enabled', 'Disabled'],
  Enabling: ['Enabled'],
  Disabling: ['Disabled'],
  Deleting: [],
};

export function canFollow(state: MappingState, next: MappingState): boolean {
  return NEXT[state].includes(next);
}

/** The state an accepted update puts a mapping in. `enabled`: what the update asks for, if it says. */
export function updatingState(enabled: boolean | undefined): MappingState {
  if (enabled === undefined) return 'Updating';
  return enabled ? 'Enabling' : 'Disabling';
}

/** Where a mapping comes to rest once its poller does what its owner wants; undefined when it is at rest or going. */
export function settledState(state: MappingState, enabled: boolean): MappingState | undefined {
  return NEXT[state].find((next) => next === (enabled ? 'Enabled' : 'Disabled'));
}
