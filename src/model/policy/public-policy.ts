import { listOf, type PolicyDocument, type PolicyStatement } from './policy-document.ts';

/** Conditions that, with fixed values, leave nobody but those they name. */
const NARROWING: ReadonlySet<string> = new Set(
  [
    'aws:PrincipalAccount',
    'aws:PrincipalArn',
    'aws:PrincipalOrgID',
    'aws:PrincipalOrgPaths',
    'aws:SourceAccount',
    'aws:SourceArn',
    'aws:SourceIp',
    'aws:SourceOwner',
    'aws:SourceVpc',
    'aws:SourceVpce',
    'aws:userid',
    's3:DataAccessPointArn',
  ].map((key) => key.toLowerCase()),
);

/** Whether a policy lets in anybody who asks, as AWS judges it. */
export function isPublicPolicy(policy: PolicyDocument): boolean {
  return listOf(policy.Statement).some(isPublicStatement);
}

function isPublicStatement({ Effect, Principal, NotPrincipal, Condition }: PolicyStatement): boolean {
  if (Effect !== 'Allow') return false;
  const isEveryone =
    NotPrincipal !== undefined ||
    Principal === '*' ||
    (typeof Principal === 'object' && listOf(Principal.AWS ?? []).includes('*'));
  if (!isEveryone) return false;
  const isNarrowed = Object.entries(Condition ?? {}).some(
    ([operator, keys]) =>
      !/Not|IfExists|Null/.test(operator) &&
      Object.entries(keys).some(
        ([key, values]) => NARROWING.has(key.toLowerCase()) && listOf(values).every(isFixed),
      ),
  );
  return !isNarrowed;
}

function isFixed(value: unknown): boolean {
  const text = String(value);
  return !text.includes('${') && text !== '*' && text !== '0.0.0.0/0' && text !== '::/0';
}
