import { chmodSync, chownSync, rmdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { looseMount, placeMount } from '../kernel/loose-mount.ts';
import type { ScratchImages } from './scratch-images.ts';
import type { ScratchMedium, ScratchRequest } from './warden-messages.ts';

/** As on AWS. Nobody else sees it: it is mounted in a namespace. */
const MODE = 0o1777;

/** Mounts what was asked for: an image on disk where that can be, else in memory. */
export async function mountScratch(request: ScratchRequest, images: ScratchImages): Promise<ScratchMedium> {
  const { directory, limitMb, uid } = request;
  // A user namespace may mount no file system that is on a disk.
  const image = uid === undefined ? undefined : await images.take(dirname(directory), limitMb);
  if (image === undefined) placeMount(await looseMount('tmpfs', { size: `${limitMb}m` }), directory);
  else {
    placeMount(image, directory);
    rmdirSync(join(directory, 'lost+found'));
  }
  if (uid !== undefined) chownSync(directory, uid, uid);
  chmodSync(directory, MODE);
  return image === undefined ? 'memory' : 'disk';
}
