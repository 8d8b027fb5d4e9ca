import type {
  CreateFunctionUrlConfigResponse,
  FunctionUrlConfig,
  UpdateFunctionUrlConfigResponse,
} from '@aws-sdk/client-lambda';
import {
  functionUrl,
  functionUrlTargetArn,
  type StoredFunctionUrl,
} from '../../../model/stored-function-url.ts';

/** A URL as Get and List show it. `origin`: see `functionUrl`. */
export function urlConfiguration(url: StoredFunctionUrl, origin: string): FunctionUrlConfig {
  return {
    FunctionUrl: functionUrl(url, origin),
    FunctionArn: functionUrlTargetArn(url),
    AuthType: url.authType,
    ...(url.cors && { Cors: url.cors }),
    CreationTime: new Date(url.createdAtMs).toISOString(),
    LastModifiedTime: new Date(url.lastModifiedMs).toISOString(),
    InvokeMode: url.invokeMode,
  };
}

/** As Update answers: the invoke mode only when the request named one. */
export function updatedUrlConfiguration(
  url: StoredFunctionUrl,
  request: { readonly InvokeMode?: unknown },
  origin: string,
): UpdateFunctionUrlConfigResponse {
  const { InvokeMode, ...shown } = urlConfiguration(url, origin);
  return request.InvokeMode === undefined ? shown : { ...shown, InvokeMode };
}

/** As Create answers: like Update, and not yet modified. */
export function createdUrlConfiguration(
  url: StoredFunctionUrl,
  request: { readonly InvokeMode?: unknown },
  origin: string,
): CreateFunctionUrlConfigResponse {
  const { LastModifiedTime: _, ...shown } = updatedUrlConfiguration(url, request, origin);
  return shown;
}
