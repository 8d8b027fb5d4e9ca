import type { SimulatePolicyResponse, SimulatePrincipalPolicyRequest } from '@aws-sdk/client-iam';
import type { OperationHandler } from '../../../aws/service.ts';
import type { IdentityOf } from '../../../model/identity/stored-identity.ts';
import { compilePolicy } from '../../../model/policy/evaluate-policy.ts';
import { parsePolicy } from '../../../model/policy/parse-policy.ts';
import { findEntity, requireEntity } from '../entities/entity-rows.ts';
import type { IamDependencies } from '../iam-dependencies.ts';
import { notBuilt, notFound } from '../iam-errors.ts';
import { findPolicy } from '../policies/find-policy.ts';
import { defaultDocument } from '../policies/policy-versions.ts';
import { simulate, sourcePolicies, type SourcePolicy } from './simulate.ts';
import { parsePrincipalArn, simulatedPrincipal } from './simulated-principal.ts';
import { simulationAnswer } from './simulation-answer.ts';

type Holder = IdentityOf<'user' | 'group' | 'role'>;

/** What a user, group or role may do, with the policies that are sent along added to its own. */
export function simulatePrincipalPolicy(
  deps: IamDependencies,
): OperationHandler<SimulatePrincipalPolicyRequest, SimulatePolicyResponse> {
  return async (input, context) => {
    const { PolicySourceArn: arn = '', ResourcePolicy } = input;
    if (input.PolicyExclusionList !== undefined) throw notBuilt('PolicyExclusionList');
    const [accountId, kind, name] = parsePrincipalArn(arn);
    const isHolder = kind === 'user' || kind === 'group' || kind === 'role';
    if (!isHolder || accountId !== context.accountId) throw notFound('user', name);
    const holder = await requireEntity(deps.store.db, kind, accountId, name);
    const sent = sourcePolicies(
      'PermissionsBoundaryPolicyInputList',
      input.PermissionsBoundaryPolicyInputList,
    );
    const [resource] = sourcePolicies(
      'ResourcePolicy',
      ResourcePolicy === undefined ? [] : [ResourcePolicy],
      'resource',
    );
    const simulation = {
      principal: simulatedPrincipal(input.CallerArn ?? arn),
      identity: [
        ...(await policiesOf(deps, holder)),
        ...sourcePolicies('PolicyInputList', input.PolicyInputList),
      ],
      boundary: sent.length > 0 ? sent : await boundaryOf(deps, holder),
      resource,
    };
    return simulationAnswer(simulate(simulation, input), input);
  };
}

/** Its own, those attached to it, and those of its groups. */
async function policiesOf(deps: IamDependencies, holder: Holder): Promise<SourcePolicy[]> {
  const { db } = deps.store;
  const groups = holder.kind === 'user' ? holder.groups : [];
  const found = await Promise.all(groups.map((group) => findEntity(db, 'group', holder.accountId, group)));
  const holders: Holder[] = [holder, ...found.flatMap((group) => group ?? [])];
  const all = holders.map(async (each) => [
    ...Object.entries(each.inline).map(([name, text]) =>
      compiled(`${each.kind}_${each.name}_${name}`, each.kind, text),
    ),
    ...(await managed(deps, each.accountId, each.attached)),
  ]);
  return (await Promise.all(all)).flat();
}

async function boundaryOf(deps: IamDependencies, holder: Holder): Promise<SourcePolicy[]> {
  const arn = holder.kind === 'group' ? undefined : holder.boundary;
  return arn === undefined ? [] : await managed(deps, holder.accountId, [arn]);
}

async function managed(
  deps: IamDependencies,
  accountId: string,
  arns: readonly string[],
): Promise<SourcePolicy[]> {
  const found = await Promise.all(arns.map((arn) => findPolicy(deps.store.db, accountId, arn)));
  return found.flatMap((policy) =>
    policy === undefined
      ? []
      : compiled(
          policy.name,
          policy.accountId === 'aws' ? 'aws-managed' : 'user-managed',
          defaultDocument(policy),
        ),
  );
}

function compiled(id: string, type: SourcePolicy['type'], text: string): SourcePolicy {
  return { id, type, compiled: compilePolicy(parsePolicy(text, 'identity')) };
}
