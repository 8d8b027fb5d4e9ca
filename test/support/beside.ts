/**
 * Looks at something while something else is under way. Whichever fails first fails the test, at once; what fails after it
 * is no error outside of any test, as it would be with nobody waiting for it. The other is to be awaited afterwards.
 */
export async function beside<T>(underWay: Promise<unknown>, look: () => Promise<T>): Promise<T> {
  const never = new Promise<never>(() => {});
  return await Promise.race([underWay.then(() => never), look()]);
}
