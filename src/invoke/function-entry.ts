import type { FunctionVersion } from '../model/function-version.ts';
import { aliasArn, type StoredAlias } from '../model/stored-alias.ts';
import { type FunctionRecord, functionVersionOf } from '../model/stored-function.ts';

/** What one invoke resolved to. */
export interface Resolution {
  readonly version: FunctionVersion;
  /** Unqualified, or ending in the qualifier the caller used. */
  readonly invokedFunctionArn: string;
}

/** A version as the invoke path sees it. */
export interface VersionEntry {
  readonly record: FunctionRecord;
  /** What invokes run now; undefined while the version has never been active. */
  readonly serving: FunctionVersion | undefined;
  /** The answer for callers who name this version, ready made. */
  readonly resolution: Resolution | undefined;
}

/** Where an alias sends invokes: ready made, so that one draw of a random number is all an invoke pays. */
export interface AliasEntry {
  readonly alias: StoredAlias;
  readonly main: Resolution | undefined;
  /** Set when the alias splits traffic. */
  readonly second: Resolution | undefined;
  /** Share of the second version, 0 to 1. */
  readonly secondWeight: number;
}

/** Where a qualifier leads, for those who prepare for its invokes. */
export interface VersionTargets {
  readonly main: FunctionVersion | undefined;
  readonly second: FunctionVersion | undefined;
  readonly secondWeight: number;
}

/** @param before the entry it takes the place of */
export function versionEntry(record: FunctionRecord, before: VersionEntry | undefined): VersionEntry {
  const serving = servingVersion(record, before?.serving);
  const resolution = serving && {
    version: serving,
    invokedFunctionArn: `${serving.functionArn}:${record.current.version}`,
  };
  return { record, serving, resolution };
}

/** The snapshot invokes run: the old one until an update has succeeded, the same object while nothing that matters changed. */
function servingVersion(
  record: FunctionRecord,
  before: FunctionVersion | undefined,
): FunctionVersion | undefined {
  const stored = record.serving ?? (record.current.state === 'Active' ? record.current : undefined);
  if (stored === undefined) return undefined;
  return before?.deploymentId === stored.deploymentId ? before : functionVersionOf(stored);
}

export function aliasEntry(alias: StoredAlias, versions: ReadonlyMap<string, VersionEntry>): AliasEntry {
  const invokedFunctionArn = aliasArn(alias);
  const resolve = (version: string): Resolution | undefined => {
    const serving = versions.get(version)?.serving;
    return serving && { version: serving, invokedFunctionArn };
  };
  const { routing } = alias;
  return {
    alias,
    main: resolve(alias.functionVersion),
    second: routing && resolve(routing.version),
    secondWeight: routing?.weight ?? 0,
  };
}

/**
 * Draws the version that gets this invoke.
 * @param draw from 0 up to, but not including, 1
 */
export function chooseVersion(entry: AliasEntry, draw: number): Resolution | undefined {
  return draw < entry.secondWeight ? entry.second : entry.main;
}
