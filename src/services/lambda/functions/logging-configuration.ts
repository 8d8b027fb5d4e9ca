import type { LoggingConfig } from '@aws-sdk/client-lambda';
import { invalidParameterValue } from '../../../model/lambda-errors.ts';
import type { StoredLogging } from '../../../model/stored-function.ts';

export function defaultLogging(functionName: string): StoredLogging {
  return { logFormat: 'Text', logGroup: `/aws/lambda/${functionName}` };
}

/**
 * Merges a request's logging configuration into the one in force. JSON brings levels with it, Text drops them.
 * Throws InvalidParameterValueException when levels are asked for with the Text format.
 */
export function mergeLogging(before: StoredLogging, change: LoggingConfig | undefined): StoredLogging {
  if (change === undefined) return before;
  const logFormat = change.LogFormat ?? before.logFormat;
  const logGroup = change.LogGroup ?? before.logGroup;
  if (logFormat === 'JSON') {
    return {
      logFormat,
      logGroup,
      applicationLogLevel: change.ApplicationLogLevel ?? before.applicationLogLevel ?? 'INFO',
      systemLogLevel: change.SystemLogLevel ?? before.systemLogLevel ?? 'INFO',
    };
  }
  if (change.ApplicationLogLevel !== undefined || change.SystemLogLevel !== undefined) {
    throw invalidParameterValue(
      'LogLevel is not supported when LogFormat is set to "Text". ' +
        'Remove LogLevel from your request or change the LogFormat to "JSON" and try again.',
    );
  }
  return { logFormat, logGroup };
}
