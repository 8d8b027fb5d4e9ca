import { ServiceError } from '../../model/service-error.ts';
import { setEntry } from '../codecs/entries.ts';
import { readText } from '../codecs/text.ts';
import { parseXml } from '../codecs/xml-parse.ts';
import { readXml } from '../codecs/xml-read.ts';
import { serviceModel, type Operation } from '../schema/service-model.ts';
import type { MultipartForm } from './multipart-form.ts';
import { bounded, checkPostPolicy, type PostPolicy, readPostPolicy } from './post-policy.ts';

/** An upload by a form: PutObject in other clothes. */
export interface FormUpload {
  readonly bucket: string;
  readonly key: string;
  readonly fields: ReadonlyMap<string, string>;
  /** Undefined for a form without a policy, which nobody has signed. */
  readonly policy: PostPolicy | undefined;
  readonly content: AsyncIterable<Uint8Array>;
}

const META = 'x-amz-meta-';

/** @throws ServiceError InvalidArgument, InvalidPolicyDocument */
export function formUpload({ fields, file }: MultipartForm, bucket: string): FormUpload {
  const named = fields.get('key');
  if (named === undefined || named === '') {
    const message =
      "Bucket POST must contain a field named 'key'.  If it is specified, please check the order of the fields.";
    throw invalidArgument(message, 'key', '');
  }
  if (file === undefined)
    throw invalidArgument('POST requires exactly one file upload per request.', 'file', '0');
  const encoded = fields.get('policy');
  const policy = encoded === undefined ? undefined : readPostPolicy(encoded);
  const key = named.replaceAll('${filename}', file.name.slice(file.name.lastIndexOf('/') + 1));
  return { bucket, key, fields, policy, content: bounded(file.content, policy?.length) };
}

/** @throws ServiceError AccessDenied when the form is not what its signer meant */
export function checkUpload({ policy, fields, bucket, key }: FormUpload, nowMs: number): void {
  if (policy !== undefined)
    checkPostPolicy(policy, new Map([...fields, ['bucket', bucket], ['key', key]]), nowMs);
}

/** The fields as PutObject's input: each stands for the header of its name. */
export function putInput(operation: Operation, { bucket, key, fields, content }: FormUpload) {
  const input: Record<string, unknown> = { Bucket: bucket, Key: key, Body: content };
  const metadata: Record<string, unknown> = {};
  for (const { name, shape, traits } of operation.input.members) {
    const text = fields.get(traits.httpHeader?.toLowerCase() ?? '');
    if (text !== undefined) input[name] = readText(shape, text, 'http-date');
  }
  for (const [name, value] of fields)
    if (name.startsWith(META)) setEntry(metadata, name.slice(META.length), value);
  if (Object.keys(metadata).length > 0) input['Metadata'] = metadata;
  const acl = fields.get('acl');
  if (acl !== undefined) input['ACL'] = acl;
  const tagging = fields.get('tagging');
  if (tagging !== undefined) input['Tagging'] = tagsOf(tagging);
  return input;
}

/** A form has its tags as a document, where the header has them as a query. */
function tagsOf(document: string): string {
  const shape = serviceModel('s3').operation('PutObjectTagging')?.input.byName.get('Tagging')?.shape;
  if (shape?.kind !== 'structure') return '';
  let read: { readonly TagSet?: readonly { readonly Key?: string; readonly Value?: string }[] };
  try {
    read = readXml(shape, parseXml(Buffer.from(document)));
  } catch {
    const message =
      'The XML you provided was not well-formed or did not validate against our published schema';
    throw new ServiceError('MalformedXML', message);
  }
  return new URLSearchParams(
    (read.TagSet ?? []).map(({ Key = '', Value = '' }): [string, string] => [Key, Value]),
  ).toString();
}

export function invalidArgument(message: string, name: string, value: string): ServiceError {
  return new ServiceError('InvalidArgument', message, 400, { ArgumentName: name, ArgumentValue: value });
}
