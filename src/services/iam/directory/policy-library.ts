import type { SessionClaims } from '../../../model/identity/session-claims.ts';
import type { PolicyHolder, StoredManagedPolicy } from '../../../model/identity/stored-identity.ts';
import { type CompiledPolicy, compilePolicy } from '../../../model/policy/evaluate-policy.ts';
import { parsePolicy } from '../../../model/policy/parse-policy.ts';
import { awsManagedPolicy } from '../policies/aws-managed-policies.ts';
import { defaultDocument } from '../policies/policy-versions.ts';

/** A boundary that is not there any more allows nothing. */
const NOTHING: CompiledPolicy = { statements: [], hasDeny: false, keys: new Set() };

/** Policies ready to be asked, each compiled when it is first needed. */
export class PolicyLibrary {
  readonly #managed = new Map<string, StoredManagedPolicy>();
  readonly #compiled = new Map<string, CompiledPolicy>();
  readonly #inline = new WeakMap<PolicyHolder['inline'], readonly CompiledPolicy[]>();

  clear(): void {
    this.#managed.clear();
    this.#compiled.clear();
  }

  add(policy: StoredManagedPolicy): void {
    this.#managed.set(policy.arn, policy);
    this.#compiled.delete(policy.arn);
  }

  /** The account whose policy it is. */
  owner(arn: string): string | undefined {
    return this.#managed.get(arn)?.accountId;
  }

  remove(arn: string): void {
    this.#managed.delete(arn);
    this.#compiled.delete(arn);
  }

  /** A holder's own policies and those attached to it. */
  policiesOf({ inline, attached }: PolicyHolder): readonly CompiledPolicy[] {
    let own = this.#inline.get(inline);
    if (own === undefined) {
      own = Object.values(inline).map(compileText);
      this.#inline.set(inline, own);
    }
    return [...own, ...this.#named(attached)];
  }

  bound(arn: string): CompiledPolicy {
    return this.#find(arn) ?? NOTHING;
  }

  /** Undefined when the session is not narrowed. */
  sessionPolicies({ policies, policyArns }: SessionClaims): readonly CompiledPolicy[] | undefined {
    if (policies === undefined && policyArns === undefined) return undefined;
    return [...(policies ?? []).map(compileText), ...this.#named(policyArns ?? [])];
  }

  #named(arns: readonly string[]): readonly CompiledPolicy[] {
    return arns.flatMap((arn) => this.#find(arn) ?? []);
  }

  #find(arn: string): CompiledPolicy | undefined {
    const known = this.#compiled.get(arn);
    if (known !== undefined) return known;
    const stored = this.#managed.get(arn) ?? awsManagedPolicy(arn);
    if (stored === undefined) return undefined;
    const compiled = compileText(defaultDocument(stored));
    this.#compiled.set(arn, compiled);
    return compiled;
  }
}

function compileText(text: string): CompiledPolicy {
  return compilePolicy(parsePolicy(text, 'identity'));
}
