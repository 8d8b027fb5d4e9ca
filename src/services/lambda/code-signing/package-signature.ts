import type { Kysely } from 'kysely';
import type { Caller } from '../../../model/function-reference.ts';
import { ServiceError } from '../../../model/service-error.ts';
import {
  codeSigningConfigArn,
  type StoredCodeSigningConfig,
} from '../../../model/stored-code-signing-config.ts';
import type { FunctionLayer } from '../../../model/stored-function.ts';
import type { Database } from '../../../store/schema.ts';
import type { FunctionKey } from '../functions/function-rows.ts';
import { findSettings } from '../functions/settings-rows.ts';
import type { LambdaDependencies } from '../lambda-dependencies.ts';
import { attachedNotFound } from './attached-config.ts';
import { findConfig } from './config-rows.ts';

/** The entry AWS Signer adds to what it signs; descriptions differ in how the folder is written. */
const SIGNATURE = /^META[-_]INF\/aws_signer_signature_.*\.SF$/;

/** The configuration a new function is to use. Throws 404 when it is not there. */
export async function wantedConfig(
  db: Kysely<Database>,
  arn: string | undefined,
  caller: Caller,
): Promise<StoredCodeSigningConfig | undefined> {
  if (arn === undefined) return undefined;
  const config = await findConfig(db, arn, caller);
  if (config === undefined) throw attachedNotFound(arn);
  return config;
}

/** The configuration a function uses, if any. */
export async function configInUse(
  db: Kysely<Database>,
  key: FunctionKey,
): Promise<StoredCodeSigningConfig | undefined> {
  const arn = (await findSettings(db, key))?.codeSigningConfigArn;
  return arn === undefined ? undefined : await findConfig(db, arn, key);
}

/**
 * Decides whether a package may be deployed. There is no AWS Signer here and none of its certificates, so no package
 * counts as signed by an allowed publisher, and of a signed one nobody can say whether it was altered.
 * @param paths of the files in the package
 * @param named the function, as errors and the log name it
 * @throws InvalidCodeSignatureException for signed packages, CodeVerificationFailedException where the policy says so
 */
export function admitPackage(
  deps: Pick<LambdaDependencies, 'warn'>,
  config: StoredCodeSigningConfig | undefined,
  paths: readonly string[],
  named: string,
): void {
  if (config === undefined) return;
  if (paths.some((path) => SIGNATURE.test(path))) {
    // What fails the integrity check is blocked under either policy, and so is what cannot be checked.
    throw new ServiceError(
      'InvalidCodeSignatureException',
      `Lambda cannot deploy the function. The code signature of the package for ${named} failed the integrity check: ` +
        'Lambent cannot verify signatures of AWS Signer.',
      400,
      { Type: 'User' },
    );
  }
  admitUnsigned(deps, config, named);
}

/**
 * Decides whether a function may get layers it did not have; those are unsigned code too.
 * @throws CodeVerificationFailedException where the policy of the function's configuration says so
 */
export async function admitLayers(
  deps: Pick<LambdaDependencies, 'store' | 'warn'>,
  key: FunctionKey,
  wanted: readonly FunctionLayer[],
  held: readonly FunctionLayer[],
): Promise<void> {
  const known = new Set(held.map((layer) => layer.arn));
  const added = wanted.find((layer) => !known.has(layer.arn));
  if (added === undefined) return;
  const config = await configInUse(deps.store.db, key);
  if (config !== undefined) admitUnsigned(deps, config, added.arn);
}

function admitUnsigned(
  deps: Pick<LambdaDependencies, 'warn'>,
  config: StoredCodeSigningConfig,
  named: string,
): void {
  if (config.policy === 'Enforce') {
    throw new ServiceError(
      'CodeVerificationFailedException',
      'Lambda cannot deploy the function. The function or layer might be signed using a signature that the client is ' +
        `not configured to accept. Check the provided signature for ${named}. ` +
        'Lambent cannot verify signatures of AWS Signer, so no code passes the policy Enforce.',
      400,
      { Type: 'User' },
    );
  }
  deps.warn(
    `Unsigned code was let through for ${named}: ${codeSigningConfigArn(config)} has the policy Warn, ` +
      'and Lambent cannot verify signatures of AWS Signer.',
  );
}
