/** What a host name says about a request: `sqs.eu-west-1.localhost`, `my-bucket.s3.localhost`. */
export interface ServiceHost {
  readonly signingName: string | undefined;
  readonly region: string | undefined;
  /** In virtual-host style S3 addresses. */
  readonly bucket: string | undefined;
}

const REGION = /^[a-z]{2}(-[a-z]+)+-\d$/;
const NOTHING: ServiceHost = { signingName: undefined, region: undefined, bucket: undefined };

/**
 * Reads a host name; any domain may follow the part that means something.
 * @param known the signing names of the services there are
 */
export function parseServiceHost(host: string, known: ReadonlySet<string>): ServiceHost {
  const name = withoutPort(host).toLowerCase();
  const bucketEnd = name.lastIndexOf('.s3.');
  if (bucketEnd > 0) {
    const region = name.slice(bucketEnd + 4).split('.', 1)[0] ?? '';
    return {
      signingName: 's3',
      region: REGION.test(region) ? region : undefined,
      bucket: name.slice(0, bucketEnd),
    };
  }
  const [first = '', second = ''] = name.split('.', 2);
  if (!known.has(first) || !name.includes('.')) return NOTHING;
  return { signingName: first, region: REGION.test(second) ? second : undefined, bucket: undefined };
}

function withoutPort(host: string): string {
  const colon = host.lastIndexOf(':');
  return colon < 0 || host.endsWith(']') ? host : host.slice(0, colon);
}
