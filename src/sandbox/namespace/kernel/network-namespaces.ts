import { closeSync, openSync } from 'node:fs';
import { systemCall } from './system-call.ts';

const unshare = systemCall('int unshare(int flags)');
const setNamespace = systemCall('int setns(int fd, int type)');

const CLONE_NEWNET = 0x4000_0000;
const OF_THIS_THREAD = '/proc/thread-self/ns/net';

/** The network namespace this process was started in, in which it is at all times but during the calls below. */
let home: number | undefined;

/**
 * Makes an empty network namespace and arranges it.
 * @param arrange runs inside it, and must not wait for anything: the whole process is there meanwhile
 * @returns a descriptor by which it lives, not inherited; close it to give it up
 */
export function makeNetworkNamespace(arrange: () => void): number {
  home ??= openSync(OF_THIS_THREAD, 'r');
  unshare(CLONE_NEWNET);
  try {
    arrange();
    return openSync(OF_THIS_THREAD, 'r');
  } finally {
    setNamespace(home, CLONE_NEWNET);
  }
}

/** Runs something in a network namespace. What it starts, and the sockets it makes, stay there; it must not wait. */
export function withinNetworkNamespace<T>(namespace: number, run: () => T): T {
  home ??= openSync(OF_THIS_THREAD, 'r');
  setNamespace(namespace, CLONE_NEWNET);
  try {
    return run();
  } finally {
    setNamespace(home, CLONE_NEWNET);
  }
}

export function closeNetworkNamespace(namespace: number): void {
  closeSync(namespace);
}
