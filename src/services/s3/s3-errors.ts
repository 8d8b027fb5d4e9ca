import { ServiceError } from '../../model/service-error.ts';

/* Further members become elements of the error document beside Code and Message. */

export function invalidArgument(message: string, name: string, value: unknown): ServiceError {
  return new ServiceError('InvalidArgument', message, 400, {
    ArgumentName: name,
    ArgumentValue: value ?? '',
  });
}

export function invalidRequest(message: string): ServiceError {
  return new ServiceError('InvalidRequest', message);
}

/** What is not built is refused by name. @param header the header or parameter that asked for it */
export function notBuilt(header: string, what: string): ServiceError {
  return new ServiceError('NotImplemented', `Lambent does not implement ${what} yet.`, 501, {
    Header: header,
  });
}

export function noSuchBucket(bucket: string): ServiceError {
  return new ServiceError('NoSuchBucket', 'The specified bucket does not exist', 404, { BucketName: bucket });
}

export function bucketNotEmpty(bucket: string, isVersioned: boolean): ServiceError {
  const more = isVersioned ? ' You must delete all versions in the bucket.' : '';
  return new ServiceError(
    'BucketNotEmpty',
    `The bucket you tried to delete is not empty${more && `.${more}`}`,
    409,
    {
      BucketName: bucket,
    },
  );
}

export function noSuchKey(key: string): ServiceError {
  return new ServiceError('NoSuchKey', 'The specified key does not exist.', 404, { Key: key });
}

export function noSuchVersion(key: string, versionId: string): ServiceError {
  return new ServiceError('NoSuchVersion', 'The specified version does not exist.', 404, {
    Key: key,
    VersionId: versionId,
  });
}

/** @param resource what a delete marker cannot give */
export function methodNotAllowed(method: string, resource = 'DeleteMarker'): ServiceError {
  return new ServiceError(
    'MethodNotAllowed',
    'The specified method is not allowed against this resource.',
    405,
    {
      Method: method,
      ResourceType: resource,
    },
  );
}

export function preconditionFailed(condition: string): ServiceError {
  return new ServiceError(
    'PreconditionFailed',
    'At least one of the pre-conditions you specified did not hold',
    412,
    { Condition: condition },
  );
}

export function notModified(): ServiceError {
  return new ServiceError('NotModified', 'Not Modified', 304);
}

export function accessDenied(message = 'Access Denied'): ServiceError {
  return new ServiceError('AccessDenied', message, 403);
}

export function malformedXml(): ServiceError {
  return new ServiceError(
    'MalformedXML',
    'The XML you provided was not well-formed or did not validate against our published schema',
  );
}
