import type { CORSRule } from '@aws-sdk/client-s3';
import type { CrossOriginAnswer, CrossOriginRules, PageRequest } from '../../../aws/cross-origin.ts';
import { ServiceError } from '../../../model/service-error.ts';
import type { Store } from '../../../store/store.ts';
import { findBucket } from '../buckets/bucket-rows.ts';
import { corsFields } from './cors-decision.ts';

const NOT_ALLOWED =
  'CORSResponse: This CORS request is not allowed. This is usually because the evalution of Origin, request method / Access-Control-Request-Method or Access-Control-Request-Headers are not whitelisted by the resource’s CORS spec.'.replace(
    '’',
    "'",
  );

/** Lets pages of other origins use a bucket as far as its CORS rules say. */
export class BucketPages implements CrossOriginRules {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  async decide(name: string, request: PageRequest): Promise<CrossOriginAnswer> {
    const bucket = await findBucket(this.#store.db, name);
    if (bucket === undefined)
      return request.isPreflight ? refused('CORSResponse: Bucket not found', request) : {};
    const rules = bucket.settings['cors'] as readonly CORSRule[] | undefined;
    const fields = rules === undefined ? undefined : corsFields(rules, request);
    if (fields !== undefined) return { fields };
    if (!request.isPreflight) return {};
    return refused(
      rules === undefined ? 'CORSResponse: CORS is not enabled for this bucket.' : NOT_ALLOWED,
      request,
    );
  }
}

function refused(message: string, { method, isObject }: PageRequest): CrossOriginAnswer {
  const members = { Method: method, ResourceType: isObject ? 'OBJECT' : 'BUCKET' };
  return { refusal: new ServiceError('AccessForbidden', message, 403, members) };
}
