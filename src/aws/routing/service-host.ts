import { bucketOfHost } from './bucket-host.ts';

/** What a host name says about a request: `sqs.eu-west-1.localhost`, `my-bucket.s3.localhost`. */
export interface ServiceHost {
  readonly signingName: string | undefined;
  readonly region: string | undefined;
  /** In virtual-host style S3 addresses. */
  readonly bucket: string | undefined;
}

const S3_HOST =
  /^s3(?:-([a-z]{2}(?:-[a-z]+)+-\d)|-accelerate)?\.(?:dualstack\.)?(?:([a-z]{2}(?:-[a-z]+)+-\d)\.)?/;
const REGION = /^[a-z]{2}(-[a-z]+)+-\d$/;
const NOTHING: ServiceHost = { signingName: undefined, region: undefined, bucket: undefined };

/**
 * Reads a host name; any domain may follow the part that means something.
 * @param known the signing names of the services there are
 * @param own names of this endpoint beside the local ones
 */
export function parseServiceHost(
  host: string,
  known: ReadonlySet<string>,
  own: readonly string[] = [],
): ServiceHost {
  if (!host.includes('.')) return NOTHING;
  const name = withoutPort(host).toLowerCase();
  const bucket = bucketOfHost(name, own);
  const s3 = S3_HOST.exec(bucket === undefined ? name : name.slice(bucket.length + 1));
  if (s3 !== null) return { signingName: 's3', region: s3[1] ?? s3[2], bucket };
  const [first = '', second = ''] = name.split('.', 2);
  // Only an S3 client means a bucket by it: `sqs.localhost` is a service.
  if (!known.has(first)) return { ...NOTHING, bucket };
  return { signingName: first, region: REGION.test(second) ? second : undefined, bucket };
}

export function withoutPort(host: string): string {
  const colon = host.lastIndexOf(':');
  return colon < 0 || host.endsWith(']') ? host : host.slice(0, colon);
}
