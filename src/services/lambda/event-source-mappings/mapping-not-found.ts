import { resourceNotFound } from '../../../model/lambda-errors.ts';

/** 404, for every UUID that names no mapping, whatever its form. */
export function mappingNotFound(): Error {
  return resourceNotFound('The resource you requested does not exist.');
}
