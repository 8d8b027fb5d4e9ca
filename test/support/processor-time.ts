/**
 * Milliseconds of a processor that some work takes this thread. What others do with the machine does not count: a bound on
 * it tells work that explodes from a machine that is busy, which a bound on the time by the clock does not.
 */
export function processorMs(work: () => void): number {
  const before = process.threadCpuUsage();
  work();
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1000;
}
