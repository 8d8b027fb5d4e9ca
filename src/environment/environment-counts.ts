import type { DeploymentGroup } from './deployment-group.ts';

export interface EnvironmentCounts {
  readonly starting: number;
  readonly idle: number;
  readonly busy: number;
}

export function countEnvironments(groups: Iterable<DeploymentGroup>): EnvironmentCounts {
  const counts = { starting: 0, idle: 0, busy: 0 };
  for (const group of groups) {
    const idle = group.idle.length + group.unused;
    counts.starting += group.starting + (group.ahead?.starting ?? 0);
    counts.idle += idle;
    counts.busy += group.environments.size - idle;
  }
  return counts;
}

/** Of several pools together. */
export function sumCounts(all: readonly EnvironmentCounts[]): EnvironmentCounts {
  const sum = { starting: 0, idle: 0, busy: 0 };
  for (const { starting, idle, busy } of all) {
    sum.starting += starting;
    sum.idle += idle;
    sum.busy += busy;
  }
  return sum;
}
