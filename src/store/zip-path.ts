import { ZipRejected } from './zip-rejected.ts';

/** What Linux allows for one name, and a little less than what it allows for a path. */
const MAX_NAME_BYTES = 255;
const MAX_PATH_BYTES = 3_500;

/**
 * The path of an entry below the target: names joined by `/`, none of them `..`; empty for the target itself.
 * @throws ZipRejected for anything that could mean another place
 */
export function safePath(name: string): string {
  if (name.includes('\0')) throw unsafe(name, 'contains a NUL');
  // A separator to some unpackers and part of a name to others.
  if (name.includes('\\')) throw unsafe(name, 'contains a backslash');
  if (name.startsWith('/') || /^[A-Za-z]:/.test(name)) throw unsafe(name, 'is absolute');
  const names = name.split('/').filter((part) => part !== '' && part !== '.');
  if (names.includes('..')) throw unsafe(name, 'leads upwards');
  const path = names.join('/');
  if (
    Buffer.byteLength(path) > MAX_PATH_BYTES ||
    names.some((part) => Buffer.byteLength(part) > MAX_NAME_BYTES)
  ) {
    throw unsafe(name, 'is too long');
  }
  return path;
}

/**
 * Checks where a symbolic link leads: it may climb no higher than the target, and only climb first and then
 * descend. A link of that form leads from its own folder to one inside, whatever other links of that form it passes.
 */
export function checkLink(path: string, target: string): void {
  if (target === '' || target.includes('\0')) throw unsafe(path, 'is a link to nowhere');
  if (target.startsWith('/')) throw unsafe(path, 'is a link to an absolute path');
  const parts = target.split('/').filter((part) => part !== '' && part !== '.');
  const firstName = parts.findIndex((part) => part !== '..');
  const climbs = firstName === -1 ? parts.length : firstName;
  const depth = path.split('/').length - 1;
  if (climbs > depth || parts.slice(climbs).includes('..'))
    throw unsafe(path, 'is a link that may lead outside');
}

/** The folders above a path, the nearest first. */
export function* foldersAbove(path: string): Generator<string> {
  for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1))
    yield path.slice(0, end);
}

export function unsafe(name: string, why: string): ZipRejected {
  return new ZipRejected('unsafe-path', `The entry ${JSON.stringify(name)} ${why}.`);
}
