import type { WireRequest } from '../request.ts';
import { percentDecode } from '../request.ts';
import type { ModelJson } from '../schema/model-json.ts';
import { RestRouter } from './rest-router.ts';
import type { RouteMatch } from './rest-router.ts';
import { parseRoutes } from './route-pattern.ts';

/**
 * S3's routes. Its patterns leave the bucket out, because it is either in the host name or the first segment of the
 * path; what follows is matched against the routes of buckets and objects.
 */
export class S3Router {
  readonly #withBucket: RestRouter;
  readonly #withoutBucket: RestRouter;

  constructor(model: ModelJson) {
    const routes = parseRoutes(model);
    const isInBucket = routes.map(({ operation }) => hasBucketLabel(model, operation));
    this.#withBucket = new RestRouter(routes.filter((_, at) => isInBucket[at]));
    this.#withoutBucket = new RestRouter(routes.filter((_, at) => !isInBucket[at]));
  }

  /** @param hostBucket the bucket of a virtual-host style address */
  match(request: WireRequest, hostBucket: string | undefined): RouteMatch | undefined {
    const { method, path } = request;
    if (hostBucket !== undefined) return this.#inBucket(request, hostBucket, path);
    const slash = path.indexOf('/', 1);
    const bucket = slash < 0 ? path.slice(1) : path.slice(1, slash);
    if (bucket === '' || path === '/WriteGetObjectResponse')
      return this.#withoutBucket.match(method, path, request);
    return this.#inBucket(request, percentDecode(bucket), slash < 0 ? '/' : path.slice(slash));
  }

  #inBucket(request: WireRequest, bucket: string, path: string): RouteMatch | undefined {
    const match = this.#withBucket.match(request.method, path, request);
    return match === undefined ? undefined : { ...match, labels: { ...match.labels, Bucket: bucket } };
  }
}

function hasBucketLabel(model: ModelJson, operation: string): boolean {
  const shape = model.shapes[model.operations[operation]?.input ?? -1];
  const bucket = shape !== undefined && 'structure' in shape ? shape.members['Bucket'] : undefined;
  return typeof bucket === 'object' && bucket[1].httpLabel !== undefined;
}
