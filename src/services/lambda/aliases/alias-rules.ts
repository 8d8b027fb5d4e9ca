import type { AliasConfiguration, AliasRoutingConfiguration } from '@aws-sdk/client-lambda';
import type { Kysely } from 'kysely';
import { invalidParameterValue, preconditionFailed } from '../../../model/lambda-errors.ts';
import { ServiceError } from '../../../model/service-error.ts';
import { aliasArn, type StoredAlias, versionsOf } from '../../../model/stored-alias.ts';
import type { StoredFunction } from '../../../model/stored-function.ts';
import type { Database } from '../../../store/schema.ts';
import { findFunction, functionNotFound } from '../functions/function-rows.ts';

/** An alias as the API shows it: without weights there is no routing configuration. */
export function aliasConfiguration(alias: StoredAlias): AliasConfiguration {
  const { routing } = alias;
  return {
    AliasArn: aliasArn(alias),
    Name: alias.name,
    FunctionVersion: alias.functionVersion,
    Description: alias.description,
    ...(routing && { RoutingConfig: { AdditionalVersionWeights: { [routing.version]: routing.weight } } }),
    RevisionId: alias.revisionId,
  };
}

/** The second version a request asks for. Throws when it asks for more than one. */
export function requestedRouting(config: AliasRoutingConfiguration | undefined): StoredAlias['routing'] {
  const weights = Object.entries(config?.AdditionalVersionWeights ?? {});
  if (weights.length > 1) {
    throw invalidParameterValue('Number of items in AdditionalVersionWeights cannot be greater than 1');
  }
  const [first] = weights;
  return first === undefined ? undefined : { version: first[0], weight: first[1] };
}

/** Throws when an alias cannot send invokes to the versions it names. @returns those */
export async function checkVersions(db: Kysely<Database>, alias: StoredAlias): Promise<StoredFunction[]> {
  const { functionVersion, routing } = alias;
  if (routing?.version === functionVersion) {
    throw invalidParameterValue(
      `Invalid function version ${functionVersion}. Function version ${functionVersion} is already included in routing configuration.`,
    );
  }
  if (routing !== undefined && versionsOf(alias).includes('$LATEST')) {
    const message = '$LATEST is not supported for an alias pointing to more than 1 version';
    // One of the few answers that were recorded without a Type.
    throw new ServiceError('InvalidParameterValueException', message);
  }
  const targets: StoredFunction[] = [];
  for (const version of versionsOf(alias)) targets.push(await requireTarget(db, alias, version));
  checkAlike(targets);
  return targets;
}

async function requireTarget(
  db: Kysely<Database>,
  { accountId, region, functionName: name }: StoredAlias,
  version: string,
): Promise<StoredFunction> {
  const key = { accountId, region, name };
  const record = await findFunction(db, key, version);
  if (record === undefined) throw functionNotFound({ ...key, qualifier: version });
  return record.current;
}

/** Whoever invokes an alias must not get another role by chance, nor another place for failed events. */
function checkAlike([first, second]: readonly StoredFunction[]): void {
  if (first === undefined || second === undefined) return;
  const both = `Versions ${first.version} and ${second.version}`;
  if (first.role !== second.role) {
    throw invalidParameterValue(
      `${both} have different execution roles. ` +
        'An alias can split traffic only between versions with the same execution role.',
    );
  }
  if (first.deadLetterTargetArn !== second.deadLetterTargetArn) {
    throw invalidParameterValue(
      `${both} have different dead-letter configurations. ` +
        'An alias can split traffic only between versions with the same dead-letter configuration.',
    );
  }
}

/** Throws 412 unless the caller knows the newest revision or does not say. */
export function checkAliasRevision(alias: StoredAlias, revisionId: string | undefined): void {
  if (revisionId === undefined || revisionId === alias.revisionId) return;
  throw preconditionFailed(
    'The Revision Id provided does not match the latest Revision Id. ' +
      'Call the GetFunction/GetAlias API to retrieve the latest Revision Id',
  );
}
