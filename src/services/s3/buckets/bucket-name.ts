import { isIPv4 } from 'node:net';
import { ServiceError } from '../../../model/service-error.ts';

const NAME = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
const RESERVED = /^(?:xn--|sthree-|amzn-s3-demo-)|(?:-s3alias|--ol-s3|\.mrap|--x-s3|--table-s3)$/;

/** Checks the name of a bucket that is to be made. @throws InvalidBucketName */
export function checkBucketName(name: string): void {
  const isName = NAME.test(name) && !name.includes('..') && !isIPv4(name) && !RESERVED.test(name);
  if (isName) return;
  throw new ServiceError('InvalidBucketName', 'The specified bucket is not valid.', 400, {
    BucketName: name,
  });
}
