import type { RequestContext } from '../../../aws/service.ts';
import { ServiceError } from '../../../model/service-error.ts';

/** The largest body of one request, bytes. */
export const MOST_BYTES = 5 * 1024 ** 3;

/**
 * Checks the length a request declares for its body.
 * @returns what checks the body itself
 * @throws MissingContentLength, EntityTooLarge, InvalidArgument
 */
export function checkLength(context: RequestContext): (received: { readonly size: number }) => void {
  if (context.operation === 'PostObject') return checkFormFile;
  const text = declaredLength(context);
  if (text === undefined) {
    throw new ServiceError('MissingContentLength', 'You must provide the Content-Length HTTP header.', 411);
  }
  const length = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isNaN(length)) throw incomplete();
  if (length > MOST_BYTES) throw entityTooLarge(length);
  return ({ size }) => {
    if (size !== length) throw incomplete();
  };
}

/** What a request says of the length of its body; 0 when it says nothing. */
export function declaredBytes(context: RequestContext): number {
  return Number(declaredLength(context)) || 0;
}

function declaredLength(context: RequestContext): string | undefined {
  return context.header('x-amz-decoded-content-length') ?? context.header('content-length');
}

/** A form says nothing of its file's length beforehand. */
function checkFormFile({ size }: { readonly size: number }): void {
  if (size > MOST_BYTES) throw entityTooLarge(size);
}

export function entityTooLarge(proposed: number, most = MOST_BYTES): ServiceError {
  return new ServiceError('EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size', 400, {
    ProposedSize: proposed,
    MaxSizeAllowed: most,
  });
}

function incomplete(): ServiceError {
  return new ServiceError(
    'IncompleteBody',
    'You did not provide the number of bytes specified by the Content-Length HTTP header',
  );
}
