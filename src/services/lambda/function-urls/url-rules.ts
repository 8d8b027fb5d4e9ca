import { randomInt } from 'node:crypto';
import type {
  Cors,
  CreateFunctionUrlConfigRequest,
  UpdateFunctionUrlConfigRequest,
} from '@aws-sdk/client-lambda';
import type { FunctionReference } from '../../../model/function-reference.ts';
import { isHeaderText } from '../../../model/header-text.ts';
import {
  invalidParameterValue,
  resourceConflict,
  resourceNotFound,
  validationError,
} from '../../../model/lambda-errors.ts';
import {
  functionUrlTargetArn,
  type StoredCors,
  type StoredFunctionUrl,
} from '../../../model/stored-function-url.ts';

const ALIAS = /^(?!\d+$)[\w-]+$/;
const ID_CHARACTERS = 'abcdefghijklmnopqrstuvwxyz0123456789';
const ID_LENGTH = 32;

/** The model's pattern holds for the parameter; a qualifier inside the function's name is held to it here. */
export function checkUrlQualifier({ qualifier }: FunctionReference): void {
  if (qualifier === undefined || ALIAS.test(qualifier)) return;
  throw validationError(
    `1 validation error detected: Value '${qualifier}' at 'qualifier' failed to satisfy constraint: ` +
      'Member must satisfy regular expression pattern: ((?!^\\d+$)^[0-9a-zA-Z-_]+$)',
  );
}

/** @param nowMs platform time */
export function newFunctionUrl(
  { accountId, region, name, qualifier }: FunctionReference,
  request: Pick<CreateFunctionUrlConfigRequest, 'AuthType' | 'Cors' | 'InvokeMode'>,
  nowMs: number,
): StoredFunctionUrl {
  return {
    accountId,
    region,
    functionName: name,
    ...(qualifier !== undefined && { alias: qualifier }),
    urlId: newUrlId(),
    authType: request.AuthType ?? 'AWS_IAM',
    invokeMode: request.InvokeMode ?? 'BUFFERED',
    ...corsGiven(request.Cors),
    createdAtMs: nowMs,
    lastModifiedMs: nowMs,
  };
}

/** What the request names is replaced, CORS as a whole; the rest stays. CORS with nothing in it ends it. */
export function updatedFunctionUrl(
  before: StoredFunctionUrl,
  request: Pick<UpdateFunctionUrlConfigRequest, 'AuthType' | 'Cors' | 'InvokeMode'>,
  nowMs: number,
): StoredFunctionUrl {
  const { cors, ...kept } = before;
  return {
    ...kept,
    authType: request.AuthType ?? before.authType,
    invokeMode: request.InvokeMode ?? before.invokeMode,
    ...(request.Cors === undefined ? cors && { cors } : corsGiven(request.Cors)),
    lastModifiedMs: nowMs,
  };
}

function corsGiven(given: Cors | undefined): Pick<StoredFunctionUrl, 'cors'> {
  if (given !== undefined) checkHeaders(given);
  const cors = given && storedCors(given);
  return cors && Object.keys(cors).length > 0 ? { cors } : {};
}

/** Lists that the URL's answers repeat to browsers: they have to be fit for that. */
const SAID = ['AllowHeaders', 'AllowMethods', 'ExposeHeaders'] as const;

/** Throws 400: with what no header can hold, every answer to a page would fail. */
function checkHeaders(cors: Cors): void {
  for (const member of SAID) {
    const unfit = cors[member]?.find((value) => !isHeaderText(value));
    if (unfit === undefined) continue;
    throw invalidParameterValue(`Cors.${member}: an HTTP header cannot hold ${JSON.stringify(unfit)}.`);
  }
}

/** What was not given stays away, as it is shown again. */
function storedCors(cors: Cors): StoredCors {
  const { AllowCredentials, AllowHeaders, AllowMethods, AllowOrigins, ExposeHeaders, MaxAge } = cors;
  return {
    ...(AllowCredentials !== undefined && { AllowCredentials }),
    ...(AllowHeaders !== undefined && { AllowHeaders }),
    ...(AllowMethods !== undefined && { AllowMethods }),
    ...(AllowOrigins !== undefined && { AllowOrigins }),
    ...(ExposeHeaders !== undefined && { ExposeHeaders }),
    ...(MaxAge !== undefined && { MaxAge }),
  };
}

/** 32 lower-case letters and digits that cannot be guessed. */
function newUrlId(): string {
  return Array.from({ length: ID_LENGTH }, () => ID_CHARACTERS[randomInt(ID_CHARACTERS.length)]).join('');
}

/** 409: a function has one URL, and so has each of its aliases. */
export function urlExists(url: StoredFunctionUrl): Error {
  return resourceConflict(
    `Failed to create function url config for [functionArn = ${functionUrlTargetArn(url)}]. ` +
      'Error message:  FunctionUrlConfig exists for this Lambda function',
  );
}

/** 404 of the operations on a URL there is not, whether or not there is the function. */
export function urlNotFound(): Error {
  return resourceNotFound('The resource you requested does not exist.');
}

/** 404 of the operations that need the function. */
export function noSuchFunction(): Error {
  return resourceNotFound('Function does not exist');
}
