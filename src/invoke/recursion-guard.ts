import type { FunctionSettings } from '../model/function-settings.ts';
import type { FunctionVersion } from '../model/function-version.ts';
import { recursiveInvocation } from '../model/lambda-errors.ts';
import { continueLineage, firstLineage, lineageId, RECURSION_LIMIT } from '../model/lineage.ts';

interface OwnLink {
  readonly id: string;
  /** The field of a chain that begins here: what most invocations get. */
  readonly field: string;
}

/** Follows chains of requests through the `Lineage` of their trace headers and stops the ones that go in circles. */
export class RecursionGuard {
  readonly #settingsOf: (version: FunctionVersion) => FunctionSettings | undefined;
  readonly #links = new WeakMap<FunctionVersion, OwnLink>();

  constructor(settingsOf: (version: FunctionVersion) => FunctionSettings | undefined) {
    this.#settingsOf = settingsOf;
  }

  /**
   * The field that goes into the invocation's trace header, with the semicolon before it. Throws
   * RecursiveInvocationException when the chain has come back too often and the function does not allow loops.
   * @param callersHeader the caller's `X-Amzn-Trace-Id`; SDKs inside functions send the one of their invocation
   */
  lineage(version: FunctionVersion, callersHeader: string | undefined): string {
    const own = this.#links.get(version) ?? this.#name(version);
    if (callersHeader === undefined || !callersHeader.includes('Lineage=')) return own.field;
    const { field, returns } = continueLineage(callersHeader, own.id);
    if (returns >= RECURSION_LIMIT && this.#settingsOf(version)?.recursiveLoop !== 'Allow') {
      throw recursiveInvocation();
    }
    return field;
  }

  #name(version: FunctionVersion): OwnLink {
    const id = lineageId(version.functionArn);
    const link = { id, field: firstLineage(id) };
    this.#links.set(version, link);
    return link;
  }
}
