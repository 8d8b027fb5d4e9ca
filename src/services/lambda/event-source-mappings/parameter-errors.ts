import { invalidParameterValue } from '../../../model/lambda-errors.ts';

/** @param parameter as in requests, e.g. `BatchSize` */
export function unsupportedParameter(parameter: string): Error {
  // AWS writes this one without quotes and with a capital.
  const named = parameter === 'DestinationConfig' ? parameter : `'${camelCase(parameter)}'`;
  return invalidParameterValue(`Unsupported ${named} parameter for given event source mapping type.`);
}

export function missingParameter(parameter: string): Error {
  return invalidParameterValue(`Required '${camelCase(parameter)}' parameter is missing.`);
}

/** A bound that depends on the source, so that the model's table cannot hold it. */
export function tooSmall(path: string, value: number, least: number): Error {
  return invalidParameterValue(
    `1 validation error detected: Value '${value}' at '${path}' failed to satisfy constraint: ` +
      `Member must have value greater than or equal to ${least}`,
  );
}

/** `KMSKeyArn` is kMSKeyArn in AWS's messages: only the first letter changes. */
function camelCase(parameter: string): string {
  return parameter.charAt(0).toLowerCase() + parameter.slice(1);
}
