import { type Entry, fromBufferPromise, getFileNameLowLevel, type ZipFile } from 'yauzl';
import { foldersAbove, safePath, unsafe } from './zip-path.ts';
import { ZipRejected } from './zip-rejected.ts';

const FILE_TYPE = 0o170_000;
const FOLDER = 0o040_000;
const REGULAR = 0o100_000;
const SYMLINK = 0o120_000;

const STORED = 0;
const DEFLATED = 8;

/** What an archive may hold, so that its size on disk is bounded before anything is written. */
export interface ZipLimits {
  /** Sum of the unpacked sizes. */
  readonly maxUnzippedBytes: number;
  /** Files, links and folders together. */
  readonly maxEntries: number;
}

/** Packed content and what is said of it. What is said is checked when the content is read. */
export interface PackedContent {
  readonly path: string;
  readonly mode: number;
  readonly packed: Buffer;
  readonly deflated: boolean;
  /** Unpacked size in bytes, as declared. */
  readonly size: number;
  readonly crc32: number;
}

/** An archive's entries by path, checked against each other. */
export interface ZipPlan {
  readonly files: ReadonlyMap<string, PackedContent>;
  /** Symbolic links; their content is the target. */
  readonly links: ReadonlyMap<string, PackedContent>;
  /** Modes of the folders, also of those that are only implied by a file below. */
  readonly folders: ReadonlyMap<string, number>;
  /** Entries that a later one of the same path replaces; their content counts all the same. */
  readonly replaced: readonly PackedContent[];
}

interface Draft {
  readonly files: Map<string, PackedContent>;
  readonly links: Map<string, PackedContent>;
  readonly folders: Map<string, number>;
  readonly replaced: PackedContent[];
}

/** Reads the archive's directory; no content yet. @throws ZipRejected */
export async function planZip(bytes: Uint8Array, limits: ZipLimits): Promise<ZipPlan> {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const plan: Draft = { files: new Map(), links: new Map(), folders: new Map(), replaced: [] };
  try {
    // Names stay undecoded: the library's own checks throw errors that cannot be told apart.
    const zip = await fromBufferPromise(buffer, { decodeStrings: false });
    if (zip.entryCount > limits.maxEntries) throw tooLarge();
    let declaredBytes = 0;
    for await (const entry of zip.eachEntry()) {
      await addEntry(plan, zip, entry, buffer);
      declaredBytes += entry.uncompressedSize;
      // What is declared is held against what is really there later on; more than this is refused unread.
      if (declaredBytes > limits.maxUnzippedBytes) throw tooLarge();
    }
  } catch (error) {
    if (error instanceof ZipRejected) throw error;
    throw new ZipRejected('corrupt', `Not a readable zip file: ${String(error)}`, { cause: error });
  }
  addImpliedFolders(plan);
  if (plan.files.size + plan.links.size === 0) throw new ZipRejected('empty', 'The archive holds no file.');
  return plan;
}

async function addEntry(plan: Draft, zip: ZipFile, entry: Entry, buffer: Buffer): Promise<void> {
  const name = getFileNameLowLevel(entry.generalPurposeBitFlag, entry.fileNameRaw, entry.extraFields, true);
  const path = safePath(name);
  const mode = entry.externalFileAttributes >>> 16;
  const type = mode & FILE_TYPE;
  if (name.endsWith('/') || type === FOLDER || path === '') {
    if (plan.files.has(path) || plan.links.has(path)) throw unsafe(name, 'is there twice, once as a folder');
    if (path !== '') plan.folders.set(path, 0o755);
    return;
  }
  if (type !== 0 && type !== REGULAR && type !== SYMLINK) throw unsafe(name, 'is a device or the like');
  // Many a script gives permissions without a file type; what gives neither is a plain file.
  const permissions = mode === 0 ? 0o644 : forEverybody((mode & 0o777) | 0o400);
  const content = await contentOf(zip, entry, buffer, path, permissions);
  const earlier = plan.files.get(path);
  if (plan.links.has(path) || plan.folders.has(path) || (earlier !== undefined && type === SYMLINK)) {
    throw unsafe(name, 'is there twice, not both times as a file');
  }
  if (earlier !== undefined) plan.replaced.push(earlier);
  (type === SYMLINK ? plan.links : plan.files).set(path, content);
}

async function contentOf(
  zip: ZipFile,
  entry: Entry,
  buffer: Buffer,
  path: string,
  mode: number,
): Promise<PackedContent> {
  const { compressionMethod: method } = entry;
  if (entry.isEncrypted()) throw new ZipRejected('corrupt', `The entry ${path} is encrypted.`);
  if (method !== STORED && method !== DEFLATED) {
    throw new ZipRejected('corrupt', `The entry ${path} is packed by the unknown method ${method}.`);
  }
  const { fileDataStart } = await zip.readLocalFileHeaderPromise(entry, { minimal: true });
  return {
    path,
    mode,
    packed: buffer.subarray(fileDataStart, fileDataStart + entry.compressedSize),
    deflated: method === DEFLATED,
    size: entry.uncompressedSize,
    crc32: entry.crc32,
  };
}

function addImpliedFolders(plan: Draft): void {
  for (const path of [...plan.files.keys(), ...plan.links.keys(), ...plan.folders.keys()]) {
    for (const folder of foldersAbove(path)) {
      // Written through a link, a file would land wherever the link leads.
      if (plan.files.has(folder) || plan.links.has(folder))
        throw unsafe(path, `stands below ${folder}, no folder`);
      if (!plan.folders.has(folder)) plan.folders.set(folder, 0o755);
    }
  }
}

function tooLarge(): ZipRejected {
  return new ZipRejected('too-large', 'The archive unpacks to more than is allowed.');
}

/** A function may run as another user than the one who unpacked its code, so everybody may do what that one may. */
function forEverybody(mode: number): number {
  const toReadAndRun = (mode & 0o500) >> 6;
  return mode | (toReadAndRun << 3) | toReadAndRun;
}
