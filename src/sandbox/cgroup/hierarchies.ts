/** One of the kernel's trees of control groups, as this process sees it. */
export interface Hierarchy {
  readonly version: 1 | 2;
  /** Version 1: what the mount is for. Version 2 has all the others; its files say which. */
  readonly controllers: readonly string[];
  /** Where this process's own group may be, the likeliest first: a container can hide what is above it. */
  readonly ownDirectories: readonly string[];
}

interface Mount {
  readonly version: 1 | 2;
  /** The group that is shown at the mount point; `/` for the whole tree. */
  readonly root: string;
  readonly directory: string;
  readonly controllers: readonly string[];
}

/** The group this process is in: `name=systemd` and the like are in the list of controllers too. */
interface Membership {
  readonly controllers: readonly string[];
  readonly path: string;
}

/**
 * @param mountInfo `/proc/self/mountinfo`
 * @param memberships `/proc/self/cgroup`
 */
export function findHierarchies(mountInfo: string, memberships: string): Hierarchy[] {
  const members = parseMemberships(memberships);
  const seen = new Set<string>();
  return parseMounts(mountInfo).flatMap((mount) => {
    // The same hierarchy can be mounted in several places.
    const key = mount.version === 2 ? '2' : mount.controllers.join();
    const member = members.find(({ controllers }) => controllers.join() === mount.controllers.join());
    if (member === undefined || seen.has(key)) return [];
    seen.add(key);
    const { version, controllers } = mount;
    return [{ version, controllers, ownDirectories: ownDirectories(mount, member.path) }];
  });
}

function parseMounts(mountInfo: string): Mount[] {
  return mountInfo.split('\n').flatMap((line): Mount[] => {
    const [before = '', after = ''] = line.split(' - ', 2);
    const [, , , root = '', directory = ''] = before.split(' ').map(unescape);
    const [type, , options = ''] = after.split(' ');
    if (type === 'cgroup2') return [{ version: 2, root, directory, controllers: [] }];
    if (type !== 'cgroup') return [];
    return [{ version: 1, root, directory, controllers: controllersOf(options.split(',')) }];
  });
}

function parseMemberships(text: string): Membership[] {
  return text.split('\n').flatMap((line) => {
    const [, , names, path] = /^(\d+):([^:]*):(\/.*)$/.exec(line) ?? [];
    if (names === undefined || path === undefined) return [];
    return [{ controllers: controllersOf(names.split(',')), path }];
  });
}

/** Of a list that may have mount options in it, in an order of its own. */
function controllersOf(names: readonly string[]): string[] {
  const options = new Set(['', 'rw', 'ro', 'relatime', 'xattr', 'clone_children', 'noprefix', 'nsdelegate']);
  return names.filter((name) => !options.has(name) && !name.startsWith('release_agent=')).toSorted();
}

function ownDirectories({ root, directory }: Mount, path: string): string[] {
  const inside = root !== '/' && (path === root || path.startsWith(`${root}/`));
  const relative = inside ? path.slice(root.length) : path;
  // A path above the root of this process's cgroup namespace cannot be seen from here.
  const isVisible = !relative.split('/').includes('..');
  const own = isVisible ? (directory + relative).replace(/\/+$/, '') : directory;
  return own === directory ? [directory] : [own, directory];
}

/** mountinfo writes white space and backslashes as three octal digits. */
function unescape(text: string): string {
  return text.replaceAll(/\\(\d{3})/g, (_, digits: string) =>
    String.fromCodePoint(Number.parseInt(digits, 8)),
  );
}
