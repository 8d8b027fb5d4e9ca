import type { IssuedCredential } from '../../model/identity/caller-identity.ts';
import { ServiceError } from '../../model/service-error.ts';
import { signatureError } from '../authentication.ts';
import type { EndpointParts } from '../endpoint-options.ts';
import type { Operation } from '../schema/service-model.ts';
import type { Credential } from '../sigv4-credential.ts';
import { checkUpload, type FormUpload, formUpload, invalidArgument } from './form-upload.ts';
import { formCredential, missingFormPart, verifyForm } from './form-signature.ts';
import { readForm } from './multipart-form.ts';

/** A form that may be acted upon. */
export interface ReceivedForm {
  readonly upload: FormUpload;
  readonly credential: Credential | undefined;
  readonly issued: IssuedCredential | undefined;
}

/** Reads a form up to its file, and checks who signed it and what for. @throws ServiceError in S3's words */
export async function receiveForm(
  { callers, options, services }: EndpointParts,
  operation: Operation,
  bucket: string,
  source: AsyncIterable<Uint8Array>,
  boundary: string,
): Promise<ReceivedForm> {
  const upload = formUpload(await readForm(source, boundary), bucket);
  const { fields, policy } = upload;
  const credential = formCredential(fields);
  const issued = callers.issued(credential, { header: (name) => fields.get(name), query: '' });
  // A policy that nobody signed binds nobody, and a signature signs nothing but the policy.
  if (policy === undefined) {
    if (options.auth === 'strict' && !services.takesAnonymous(operation.service.name)) throw denied();
    return { upload, credential: undefined, issued: undefined };
  }
  const missing = missingFormPart(fields);
  if (missing !== undefined) {
    const message = `Bucket POST must contain a field named '${missing}'.  If it is specified, please check the order of the fields.`;
    throw invalidArgument(message, missing, '');
  }
  if (options.auth === 'strict') {
    const failure = verifyForm(fields, credential, issued?.secretAccessKey);
    if (failure !== undefined) throw signatureError(failure);
  }
  checkUpload(upload, Date.now());
  return { upload, credential, issued };
}

function denied(): ServiceError {
  return new ServiceError('AccessDenied', 'Access Denied', 403);
}
