import type { Endpoint } from '../aws/endpoint.ts';
import type { FastLaneRoute } from '../aws/fast-lane.ts';

const BEFORE = '/2015-03-31/functions/';
const AFTER = '/invocations';

/** Lambda's Invoke is what takes the listener's fast lane. */
export function invokeLane(endpoint: Endpoint): FastLaneRoute {
  return {
    takesPath: isInvokePath,
    onRequest: (request, response) => endpoint.handleWhole(request, response),
  };
}

export function isInvokePath(path: string): boolean {
  const nameLength = path.length - BEFORE.length - AFTER.length;
  return (
    nameLength > 0 &&
    path.startsWith(BEFORE) &&
    path.endsWith(AFTER) &&
    path.indexOf('/', BEFORE.length) === path.length - AFTER.length
  );
}
