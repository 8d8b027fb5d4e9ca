import type { FunctionSettings } from '../model/function-settings.ts';
import type { FunctionVersion } from '../model/function-version.ts';
import { resourceConflict, resourceNotFound, snapStartNotReady } from '../model/lambda-errors.ts';
import type { EnvironmentScaling } from '../model/managed-instances.ts';
import { type StoredAlias, versionsOf } from '../model/stored-alias.ts';
import { type FunctionRecord, functionArn, hasSnapStart } from '../model/stored-function.ts';
import type { Change, ChangeFeed } from '../store/change-feed.ts';
import type { Store } from '../store/store.ts';
import {
  type AliasEntry,
  aliasEntry,
  chooseVersion,
  type Resolution,
  type VersionEntry,
  type VersionTargets,
  versionEntry,
} from './function-entry.ts';
import { storedFunctions } from './stored-changes.ts';

/** The kinds of changes that concern functions. */
export const FUNCTION_CHANGES = ['function', 'alias', 'function-settings'];

interface FunctionKey {
  readonly accountId: string;
  readonly region: string;
  readonly name: string;
}

/** One function with everything an invoke may need of it. */
interface FunctionEntry {
  readonly arn: string;
  readonly versions: Map<string, VersionEntry>;
  readonly aliases: Map<string, AliasEntry>;
  settings: FunctionSettings | undefined;
  /** The answer for callers who name no qualifier, ready made: the usual case on the hot path. */
  unqualified: Resolution | undefined;
}

/**
 * Every function in memory, so that an invoke never asks the database. Fed by the change feed, which delivers
 * before the write is acknowledged: a function that was just created, updated or deleted is so here at once.
 */
export class FunctionDirectory {
  /** By `<account>/<region>/<name>`. */
  readonly #functions = new Map<string, FunctionEntry>();
  readonly #onReplaced: (functionArn: string, keep: ReadonlySet<string>) => void;
  /** The function that was asked for last, found without a key: most callers ask for it again. */
  #last: { readonly key: FunctionKey; readonly entry: FunctionEntry } | undefined;

  /** @param onReplaced told which deployments of a function may still run whenever that has changed */
  constructor(onReplaced: (functionArn: string, keep: ReadonlySet<string>) => void) {
    this.#onReplaced = onReplaced;
  }

  /** Follows the store and loads what is there. Resolves when the directory is complete. */
  async open(store: Store): Promise<void> {
    this.follow(store.changes);
    for (const change of await storedFunctions(store)) this.#apply(change);
  }

  /** Takes over every change from now on. */
  follow(changes: Pick<ChangeFeed, 'subscribe'>): void {
    for (const kind of FUNCTION_CHANGES) changes.subscribe(kind, (change) => this.#apply(change));
  }

  /** Number of functions; versions are not counted. */
  get size(): number {
    return this.#functions.size;
  }

  clear(): void {
    this.#functions.clear();
    this.#last = undefined;
  }

  /** Throws the 404 or 409 that AWS gives when there is nothing to run. */
  resolve(accountId: string, region: string, name: string, qualifier: string | undefined): Resolution {
    const entry = this.#find(accountId, region, name);
    const found = entry && resolved(entry, qualifier);
    if (found !== undefined) return found;
    throw this.#refusal(entry, functionArn(accountId, region, name), qualifier ?? '$LATEST');
  }

  /** What belongs to the function as a whole. */
  settings({ accountId, region, name }: FunctionKey): FunctionSettings | undefined {
    return this.#functions.get(`${accountId}/${region}/${name}`)?.settings;
  }

  /** The versions a qualifier of a function leads to, those that can be invoked. */
  targets(arn: string, qualifier: string): VersionTargets {
    const entry = this.#functions.get(takenApart(arn).path);
    const alias = entry?.aliases.get(qualifier);
    if (alias === undefined) {
      return { main: entry?.versions.get(qualifier)?.serving, second: undefined, secondWeight: 0 };
    }
    const { main, second, secondWeight } = alias;
    return { main: main?.version, second: second?.version, secondWeight };
  }

  /** Whether this deployment of a version is what there is of it, or what there will be. */
  has({ functionArn: arn, version, deploymentId }: FunctionVersion): boolean {
    const entry = this.#functions.get(takenApart(arn).path);
    return entry?.versions.get(version)?.record.current.deploymentId === deploymentId;
  }

  /** Of all versions: what runs, and what will when an update has succeeded. */
  *records(): Iterable<FunctionRecord> {
    for (const { versions } of this.#functions.values())
      for (const { record } of versions.values()) yield record;
  }

  /** The versions that are restored for their invokes. */
  *withSnapStart(): Iterable<FunctionVersion> {
    for (const { versions } of this.#functions.values())
      for (const { serving } of versions.values()) if (serving?.snapStart === true) yield serving;
  }

  /** The versions on managed instances that say how many environments they have. */
  *withScaling(): Iterable<{ readonly version: FunctionVersion; readonly scaling: EnvironmentScaling }> {
    for (const { versions } of this.#functions.values())
      for (const { record, serving } of versions.values()) {
        const scaling = record.current.managed?.scaling;
        if (serving !== undefined && scaling !== undefined) yield { version: serving, scaling };
      }
  }

  /** As `resolve`, for those who only look; undefined: it is gone, or cannot be invoked. */
  version(
    { accountId, region, name }: FunctionKey,
    qualifier: string | undefined,
  ): FunctionVersion | undefined {
    const entry = this.#functions.get(`${accountId}/${region}/${name}`);
    return entry && resolved(entry, qualifier)?.version;
  }

  #find(accountId: string, region: string, name: string): FunctionEntry | undefined {
    const last = this.#last;
    if (last?.key.name === name && last.key.accountId === accountId && last.key.region === region)
      return last.entry;
    const entry = this.#functions.get(`${accountId}/${region}/${name}`);
    if (entry !== undefined) this.#last = { key: { accountId, region, name }, entry };
    return entry;
  }

  #refusal(entry: FunctionEntry | undefined, arn: string, qualifier: string): Error {
    const alias = entry?.aliases.get(qualifier)?.alias;
    const versions = alias === undefined ? [qualifier] : versionsOf(alias);
    const stored = versions.map((version) => entry?.versions.get(version)?.record.current);
    // Of two versions, the one that stands in the way is the one that is not active.
    const inTheWay = stored.find((each) => each?.state !== 'Active');
    if (inTheWay?.state === 'Pending' && hasSnapStart(inTheWay)) return snapStartNotReady();
    const state = inTheWay?.state;
    if (state === undefined) return resourceNotFound(`Function not found: ${arn}:${qualifier}`);
    return resourceConflict(
      `The operation cannot be performed at this time. The function is currently in the following state: ${state}`,
    );
  }

  #apply(change: Change): void {
    if (change.kind === 'function') this.#applyVersion(change);
    else if (change.kind === 'alias') this.#applyAlias(change);
    else this.#applySettings(change);
  }

  #applyVersion(change: Change): void {
    const { arn, path, qualifier } = takenApart(change.key);
    const entry = this.#entry(arn, path);
    const before = entry.versions.get(qualifier);
    const record = change.value as FunctionRecord | undefined;
    const after = record && versionEntry(record, before);
    if (after === undefined) entry.versions.delete(qualifier);
    else entry.versions.set(qualifier, after);
    if (before?.serving !== after?.serving) this.#refresh(entry);
    const isReplaced = before?.serving !== undefined && before.serving !== after?.serving;
    // One that was being initialised may have environments although it never served.
    if (isReplaced || (before !== undefined && after === undefined))
      this.#onReplaced(arn, deploymentsOf(entry));
    this.#dropIfEmpty(entry, path);
  }

  #applyAlias(change: Change): void {
    const { arn, path, qualifier } = takenApart(change.key);
    const entry = this.#entry(arn, path);
    const alias = change.value as StoredAlias | undefined;
    if (alias === undefined) entry.aliases.delete(qualifier);
    else entry.aliases.set(qualifier, aliasEntry(alias, entry.versions));
    this.#dropIfEmpty(entry, path);
  }

  #applySettings(change: Change): void {
    const { arn, path } = takenApart(change.key);
    const entry = this.#entry(arn, path);
    entry.settings = change.value as FunctionSettings | undefined;
    this.#dropIfEmpty(entry, path);
  }

  /** Makes the ready-made answers anew after a version of the function has changed. */
  #refresh(entry: FunctionEntry): void {
    const latest = entry.versions.get('$LATEST')?.serving;
    entry.unqualified = latest && { version: latest, invokedFunctionArn: entry.arn };
    for (const [name, { alias }] of entry.aliases) entry.aliases.set(name, aliasEntry(alias, entry.versions));
  }

  #entry(arn: string, path: string): FunctionEntry {
    const known = this.#functions.get(path);
    if (known !== undefined) return known;
    const entry: FunctionEntry = {
      arn,
      versions: new Map(),
      aliases: new Map(),
      settings: undefined,
      unqualified: undefined,
    };
    this.#functions.set(path, entry);
    return entry;
  }

  #dropIfEmpty(entry: FunctionEntry, path: string): void {
    if (entry.versions.size > 0 || entry.aliases.size > 0 || entry.settings !== undefined) return;
    this.#functions.delete(path);
    this.#last = undefined;
  }
}

function resolved(entry: FunctionEntry, qualifier: string | undefined): Resolution | undefined {
  if (qualifier === undefined) return entry.unqualified;
  const alias = entry.aliases.get(qualifier);
  if (alias !== undefined) return chooseVersion(alias, alias.secondWeight === 0 ? 1 : Math.random());
  return entry.versions.get(qualifier)?.resolution;
}

function deploymentsOf(entry: FunctionEntry): ReadonlySet<string> {
  const kept = [...entry.versions.values()].flatMap(({ serving, record: { current } }) => [
    ...(serving === undefined ? [] : [serving.deploymentId]),
    // Versions with SnapStart have an environment before they serve.
    ...(current.state === 'Pending' ? [current.deploymentId] : []),
  ]);
  return new Set(kept);
}

/** `arn:<partition>:lambda:<region>:<account>:function:<name>[:<qualifier>]` */
function takenApart(key: string): { arn: string; path: string; qualifier: string } {
  const parts = key.split(':');
  const [, , , region = '', account = '', , name = '', qualifier = ''] = parts;
  return { arn: parts.slice(0, 7).join(':'), path: `${account}/${region}/${name}`, qualifier };
}
