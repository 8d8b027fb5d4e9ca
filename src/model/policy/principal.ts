import { type ContextKeys, contextKeys } from './context-keys.ts';
import { listOf, type PolicyPrincipal, PolicyError } from './policy-document.ts';

/** Who makes a request. */
export type Principal = AwsPrincipal | ServicePrincipal | AnonymousPrincipal;

export interface AwsPrincipal {
  readonly type: 'AWS';
  readonly accountId: string;
  /** `arn:aws:iam::<account>:root`, a user's ARN, or of a role's session `arn:aws:sts::<account>:assumed-role/...` */
  readonly arn: string;
  /** The role a session was made from: `arn:aws:iam::<account>:role/...` */
  readonly roleArn?: string;
  /** `AIDA...` of a user, `AROA...:<session>` of a role's session; left out for an account's root. */
  readonly userId?: string;
  /** Condition keys that come with who asks, e.g. `aws:username` and `aws:PrincipalTag/team`. */
  readonly keys?: Readonly<Record<string, string | readonly string[]>>;
}

export interface ServicePrincipal {
  readonly type: 'Service';
  /** e.g. `s3.amazonaws.com` */
  readonly name: string;
}

/** A request without credentials. */
export interface AnonymousPrincipal {
  readonly type: 'Anonymous';
}

/**
 * How a policy names a principal: itself (or everyone); by the role its session is of; or only by the account it
 * belongs to, which leaves the decision to that account's own policies.
 */
export type PrincipalMatch = 'named' | 'role' | 'account';
export type PrincipalMatcher = (principal: Principal) => PrincipalMatch | undefined;

const ACCOUNT = /^(?:arn:aws[a-z-]*:iam::(\d{12}):root|(\d{12}))$/;
const IAM_NAME =
  /^arn:aws[a-z-]*:(?:iam::\d{12}:(?:user|role)|sts::\d{12}:(?:assumed-role|federated-user))\/\S+$/;
/** What AWS puts in place of a user or role that was deleted. */
const UNIQUE_ID = /^A[A-Z0-9]{15,127}$/;
const SERVICE = /^[a-z0-9][a-z0-9.-]*\.(?:amazonaws\.com(?:\.cn)?|amazon\.com)$/;

export function accountRoot(partition: string, accountId: string): AwsPrincipal {
  return { type: 'AWS', accountId, arn: `arn:${partition}:iam::${accountId}:root` };
}

export function isServicePrincipal(text: string): boolean {
  return SERVICE.test(text);
}

/** An IAM user or role, a session of one, or the root of an account. */
export function isIamArn(text: string): boolean {
  return text.startsWith('arn:') && (ACCOUNT.test(text) || IAM_NAME.test(text));
}

/** The condition keys that follow from who asks, with those that follow from what is asked. */
export function requestKeys(
  principal: Principal,
  others: Readonly<Record<string, string | readonly string[] | undefined>> = {},
): ContextKeys {
  const isService = principal.type === 'Service';
  return contextKeys({
    ...(principal.type === 'AWS' && {
      'aws:PrincipalArn': principal.roleArn ?? principal.arn,
      'aws:PrincipalAccount': principal.accountId,
      'aws:PrincipalType': typeOf(principal),
      'aws:userid': principal.userId ?? principal.accountId,
      ...principal.keys,
    }),
    ...(principal.type === 'Anonymous' && { 'aws:PrincipalType': 'Anonymous' }),
    ...(isService && { 'aws:PrincipalServiceName': principal.name }),
    'aws:PrincipalIsAWSService': String(isService),
    ...others,
  });
}

function typeOf({ arn, roleArn }: AwsPrincipal): string {
  if (roleArn !== undefined) return 'AssumedRole';
  return arn.endsWith(':root') ? 'Account' : 'User';
}

/** @throws PolicyError when a name in it can name nobody */
export function principalMatcher(element: PolicyPrincipal): PrincipalMatcher {
  if (element === '*') return () => 'named';
  const everyone = listOf(element.AWS ?? []).includes('*');
  const accounts = new Set<string>();
  const names = new Set<string>();
  for (const name of listOf(element.AWS ?? [])) {
    const [, ofRoot, bare] = ACCOUNT.exec(name) ?? [];
    const account = ofRoot ?? bare;
    if (account !== undefined) accounts.add(account);
    else if (name === '*' || IAM_NAME.test(name) || UNIQUE_ID.test(name)) names.add(name);
    else throw new PolicyError(`Invalid principal in policy: "AWS":"${name}"`);
  }
  const services = new Set(listOf(element.Service ?? []));
  for (const name of services) {
    if (!SERVICE.test(name)) throw new PolicyError(`Invalid principal in policy: "SERVICE":"${name}"`);
  }
  return (principal) => {
    if (everyone) return 'named';
    if (principal.type === 'Service') return services.has(principal.name) ? 'named' : undefined;
    if (principal.type === 'Anonymous') return undefined;
    return matchAws(principal, names, accounts);
  };
}

function matchAws(
  { accountId, arn, roleArn, userId }: AwsPrincipal,
  names: ReadonlySet<string>,
  accounts: ReadonlySet<string>,
): PrincipalMatch | undefined {
  const isRoot = arn.endsWith(':root');
  if (names.size > 0) {
    if (names.has(arn)) return 'named';
    // A session has the unique id of its role, with its own name behind a colon.
    const [id = ''] = userId?.split(':', 1) ?? [];
    const isListed = (roleArn !== undefined && names.has(roleArn)) || names.has(id);
    if (isListed) return roleArn === undefined ? 'named' : 'role';
  }
  if (!accounts.has(accountId)) return undefined;
  // The root user is the account.
  return isRoot ? 'named' : 'account';
}
