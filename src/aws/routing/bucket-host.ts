import { LOCAL_NAMES } from '../local-names.ts';

const REGION = '[a-z]{2}(?:-[a-z]+)+-\\d';
/** `bucket.s3.<domain>`, and the older `bucket.s3-<region>.<domain>`: what stands before it is the bucket. */
const SERVICE_LABEL = new RegExp(`\\.s3(?:-${REGION}|-accelerate)?(?=\\.)`, 'g');
/** `s3.<domain>`, `s3-<region>.<domain>`: no bucket, whatever follows. */
const SERVICE_FIRST = new RegExp(`^s3(?:-${REGION}|-accelerate|-control|-website[a-z0-9-]*)?\\.`);

/**
 * The bucket in a virtual-host style address: `bucket.s3.<any domain>`, or right before a name of this endpoint, which
 * is how SDKs write it for `http://localhost:4566`.
 * @param name host in lower case, without its port
 * @param own names of this endpoint beside the local ones
 */
export function bucketOfHost(name: string, own: readonly string[]): string | undefined {
  let end = -1;
  for (const match of name.matchAll(SERVICE_LABEL)) end = match.index;
  if (end > 0) return name.slice(0, end);
  if (SERVICE_FIRST.test(name) || own.includes(name) || name.includes('.s3-website')) return undefined;
  const base = [...own, ...LOCAL_NAMES].find((each) => name.endsWith(`.${each}`));
  return base === undefined ? undefined : name.slice(0, -base.length - 1);
}
