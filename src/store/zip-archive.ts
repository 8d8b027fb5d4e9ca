import { randomUUID } from 'node:crypto';
import { chmodSync, closeSync, fchmodSync, mkdirSync, open, symlinkSync, writeSync } from 'node:fs';
import { readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { forEachConcurrently, unpack } from './zip-content.ts';
import { layOver } from './zip-layers.ts';
import { checkLink, unsafe } from './zip-path.ts';
import { type PackedContent, planZip, type ZipLimits, type ZipPlan } from './zip-plan.ts';

export { ZipRejected } from './zip-rejected.ts';

/** Linux follows no link to a longer target. */
const MAX_LINK_BYTES = 4_095;

const openFile = promisify(open);

/**
 * Unpacks an archive into nowhere: everything that could make `extractZip` refuse it is found here.
 * @returns the paths of files and links, and the sum of their sizes
 * @throws ZipRejected
 */
export async function inspectZip(
  bytes: Uint8Array,
  limits: ZipLimits,
): Promise<{ paths: string[]; unzippedBytes: number }> {
  const plan = await planZip(bytes, limits);
  let unzippedBytes = 0;
  await forEachConcurrently([...plan.files.values(), ...plan.replaced], async (content) => {
    await unpack(content, () => {});
    unzippedBytes += content.size;
  });
  for (const link of plan.links.values()) {
    await linkTarget(link);
    unzippedBytes += link.size;
  }
  return { paths: [...plan.files.keys(), ...plan.links.keys()], unzippedBytes };
}

/**
 * Unpacks an archive. The target appears whole or not at all; when it exists already, another call with the same
 * content has been faster, and it is left as it is. Modes are those of the archive plus read for the owner, 0644
 * and 0755 where it gives none.
 * @throws ZipRejected
 */
export async function extractZip(
  bytesOrPath: Uint8Array | string,
  targetDir: string,
  limits: ZipLimits,
): Promise<void> {
  await extractZips([bytesOrPath], targetDir, limits);
}

/**
 * As `extractZip`, for archives laid over each other: where two hold the same path the later one wins, folders merge.
 * Nothing is written before all of them are merged, so no archive writes through another one's links.
 * @param limits of each archive
 */
export async function extractZips(
  archives: readonly (Uint8Array | string)[],
  targetDir: string,
  limits: ZipLimits,
): Promise<void> {
  const plans: ZipPlan[] = [];
  for (const archive of archives) {
    const bytes = typeof archive === 'string' ? await readFile(archive) : archive;
    plans.push(await planZip(bytes, limits));
  }
  const plan = plans.reduce(layOver);
  mkdirSync(dirname(targetDir), { recursive: true });
  const temporary = `${targetDir}.tmp-${randomUUID()}`;
  try {
    await writeTree(plan, temporary);
    await moveInto(temporary, targetDir);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    throw error;
  }
}

async function moveInto(temporary: string, targetDir: string): Promise<void> {
  try {
    await rename(temporary, targetDir);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw error;
    await rm(temporary, { recursive: true, force: true });
  }
}

async function writeTree(plan: ZipPlan, root: string): Promise<void> {
  mkdirSync(root);
  chmodSync(root, 0o755);
  // Ordered by path a folder comes before what is in it.
  const folders = [...plan.folders].sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [path] of folders) mkdirSync(join(root, path));
  await forEachConcurrently(plan.files.values(), (content) =>
    writeContent(content, join(root, content.path)),
  );
  await forEachConcurrently(plan.replaced, (content) => unpack(content, () => {}));
  // Last, so that nothing is written through one.
  for (const link of plan.links.values()) symlinkSync(await linkTarget(link), join(root, link.path));
  for (const [path, mode] of folders.reverse()) chmodSync(join(root, path), mode);
}

async function writeContent(content: PackedContent, path: string): Promise<void> {
  // Creating a file may wait for the file system's journal; writing one piece only copies it to the page cache.
  const file = await openFile(path, 'wx', 0o600);
  try {
    await unpack(content, (piece) => writeFully(file, piece));
    fchmodSync(file, content.mode);
  } finally {
    closeSync(file);
  }
}

function writeFully(file: number, piece: Uint8Array): void {
  for (let done = 0; done < piece.byteLength; ) done += writeSync(file, piece, done);
}

async function linkTarget(link: PackedContent): Promise<string> {
  if (link.size > MAX_LINK_BYTES) throw unsafe(link.path, 'is a link to a path too long');
  const pieces: Uint8Array[] = [];
  await unpack(link, (piece) => {
    pieces.push(piece);
  });
  const target = Buffer.concat(pieces).toString();
  checkLink(link.path, target);
  return target;
}
