const BEFORE = '/2015-03-31/functions/';
const AFTER = '/invocations';

/** Whether a path, as sent and without its query, is that of Invoke. */
export function isInvokePath(path: string): boolean {
  const nameBytes = path.length - BEFORE.length - AFTER.length;
  return (
    nameBytes > 0 &&
    path.startsWith(BEFORE) &&
    path.endsWith(AFTER) &&
    path.indexOf('/', BEFORE.length) === path.length - AFTER.length
  );
}
