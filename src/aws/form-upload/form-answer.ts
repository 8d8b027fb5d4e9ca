import { escapeXml } from '../codecs/xml-write.ts';
import type { WireAnswer } from '../protocols/wire-protocol.ts';
import type { FormUpload } from './form-upload.ts';

const STATUSES: ReadonlySet<string> = new Set(['200', '201', '204']);

/**
 * What a form asked for as its answer: another page, a status, or nothing.
 * @param stored PutObject's answer, whose headers stay
 * @param origin by which clients reach the endpoint, `http://host:port`
 */
export function formAnswer(stored: WireAnswer, upload: FormUpload, origin: string): WireAnswer {
  const { bucket, key, fields } = upload;
  const { headers } = stored;
  const etag = headers['ETag'] ?? '';
  delete headers['Content-Type'];
  const location = `${origin}/${bucket}/${key.split('/').map(encodeURIComponent).join('/')}`;
  headers['Location'] = location;
  const target = fields.get('success_action_redirect') ?? fields.get('redirect');
  if (target !== undefined && isWebAddress(target)) {
    const url = new URL(target);
    for (const [name, value] of Object.entries({ bucket, key, etag })) url.searchParams.set(name, value);
    headers['Location'] = url.href;
    return { status: 303, headers, body: undefined };
  }
  const asked = fields.get('success_action_status') ?? '';
  const status = STATUSES.has(asked) ? Number(asked) : 204;
  if (status !== 201) return { status, headers, body: undefined };
  headers['Content-Type'] = 'application/xml';
  const body =
    '<?xml version="1.0" encoding="UTF-8"?>\n<PostResponse>' +
    `<Location>${escapeXml(location)}</Location><Bucket>${escapeXml(bucket)}</Bucket>` +
    `<Key>${escapeXml(key)}</Key><ETag>${escapeXml(etag)}</ETag></PostResponse>`;
  return { status, headers, body };
}

function isWebAddress(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}
