import { createHmac, timingSafeEqual } from 'node:crypto';
import { splitCredential, type Credential } from '../sigv4-credential.ts';
import { malformedS3, mismatch, s3Denied, type SignatureFailure, unknownKey } from '../sigv4-failure.ts';
import { signingKey } from '../sigv4-key.ts';

type Fields = ReadonlyMap<string, string>;

/** Who signed a form, as claimed, in either version of the signature. */
export function formCredential(fields: Fields): Credential | undefined {
  const newer = fields.get('x-amz-credential');
  if (newer !== undefined) return splitCredential(newer)?.credential;
  const accessKeyId = fields.get('awsaccesskeyid');
  return accessKeyId === undefined ? undefined : { accessKeyId, date: '', region: '', service: 's3' };
}

/** What a signed form lacks. Only that is looked at where credentials are taken as claimed. */
export function missingFormPart(fields: Fields): string | undefined {
  const isOlder = fields.has('awsaccesskeyid');
  const needed = isOlder
    ? ['Signature']
    : ['X-Amz-Algorithm', 'X-Amz-Credential', 'X-Amz-Date', 'X-Amz-Signature'];
  return needed.find((name) => !fields.has(name.toLowerCase()));
}

/**
 * Verifies the signature over a form's policy. The time of signing is the policy's matter.
 * @returns why not
 */
export function verifyForm(
  fields: Fields,
  credential: Credential | undefined,
  secret: string | undefined,
): SignatureFailure | undefined {
  const policy = fields.get('policy') ?? '';
  if (fields.has('awsaccesskeyid')) {
    if (secret === undefined) return unknownKey('s3');
    const computed = createHmac('sha1', secret).update(policy).digest();
    return isSame(computed, Buffer.from(fields.get('signature') ?? '', 'base64'))
      ? undefined
      : mismatch('s3');
  }
  if (fields.get('x-amz-algorithm') !== 'AWS4-HMAC-SHA256')
    return malformedS3(true, 'X-Amz-Algorithm only supports "AWS4-HMAC-SHA256"');
  if (credential === undefined) return malformedS3(true, 'Error parsing the X-Amz-Credential parameter.');
  if (credential.date !== fields.get('x-amz-date')?.slice(0, 8))
    return s3Denied('Invalid credential date. This date is not the same as X-Amz-Date.');
  if (secret === undefined) return unknownKey('s3');
  const computed = Buffer.from(signingKey(credential, secret).hex(policy), 'hex');
  return isSame(computed, Buffer.from(fields.get('x-amz-signature') ?? '', 'hex'))
    ? undefined
    : mismatch('s3');
}

function isSame(computed: Buffer, sent: Buffer): boolean {
  return computed.length === sent.length && timingSafeEqual(computed, sent);
}
