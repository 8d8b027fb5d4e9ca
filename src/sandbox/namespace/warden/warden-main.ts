/**
 * The warden: the spawner of the namespace level, in a mount and a network namespace of its own (and for an ordinary user
 * in a user namespace, in which it is root). What it mounts, and the networks it makes, are seen by what it starts and by
 * nobody else, and are gone when that has ended, however it ended: nothing has to be cleaned up after a crash. Its own
 * network is empty: what would be started in the wrong one reaches nothing.
 */
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { removeParent } from '../../cgroup/remove-group.ts';
import { type Answer, serveSpawner } from '../../process/serve-spawner.ts';
import { attachReadOnly, detachAll, shareMount, unmountAll } from '../kernel/mounts.ts';
import { load } from '../kernel/system-call.ts';
import { setTimeSlice } from '../kernel/time-slice.ts';
import { limitWhatStarts } from './common-limits.ts';
import { Networks } from './networks.ts';
import { ScratchImages } from './scratch-images.ts';
import { mountScratch } from './scratch.ts';
import {
  type HeldProcess,
  NO_SYSTEM_CALLS,
  type Surroundings,
  type WardenQuestion,
} from './warden-messages.ts';

/** Beside the socket by which the platform speaks to this process. */
const stage = join(dirname(process.argv[2] ?? ''), 'stage');
mkdirSync(stage);
const images = new ScratchImages();

/** The shortest there is. */
const PLATFORM_SLICE_NS = 100_000;

let groups: readonly string[] = [];

const networks = new Networks();

limitWhatStarts();

serveSpawner({
  within: (surroundings, start) => networks.within((surroundings as Surroundings).network, start),
  // The kernel ends a process namespace with its first process.
  clear: () => undefined,
  answer: async (question) => await answer(question as WardenQuestion),
  // A platform that was killed could not do it, and some kernels do not let what is frozen end.
  atEnd: async () => {
    await Promise.allSettled(groups.map((directory) => removeParent(directory)));
  },
});

async function answer(question: WardenQuestion): Promise<Answer> {
  switch (question.kind) {
    case 'hello':
      prepareSystemCalls();
      hastenPlatform();
      return {};
    case 'groups':
      groups = question.directories;
      return {};
    case 'share':
      shareMount(question.directory);
      return {};
    case 'attach':
      attachReadOnly(question.source, question.directory, stage);
      return {};
    case 'detach':
      detachAll(question.directory);
      return {};
    case 'scratch':
      return { value: await mountScratch(question, images) };
    case 'clear-scratch':
      await unmountAll(question.directory);
      return {};
    case 'hold':
      return { value: hold(question.pid) };
    case 'release':
      closeSync(question.descriptor);
      return {};
    case 'network':
      return { value: networks.make(question.wayOut) };
    case 'listen':
      return { handle: await networks.listen(question.network, question.host, question.port) };
    case 'receive':
      return { handle: await networks.receive(question.network, question.host, question.port) };
    case 'connect':
      return { handle: await networks.connect(question.network, question.port) };
    case 'forget':
      networks.forget(question.network);
      return {};
  }
}

function prepareSystemCalls(): void {
  try {
    load();
  } catch (cause) {
    const [why] = String(cause).split('\n');
    throw Object.assign(new Error(`the package koffi does not load (${why})`, { cause }), {
      code: NO_SYSTEM_CALLS,
    });
  }
}

/** The platform works for some microseconds at a time, for all functions: it is woken over whoever has a processor. */
function hastenPlatform(): void {
  try {
    // What is started from here must not have it from the platform.
    setTimeSlice(process.pid, 0);
    setTimeSlice(process.ppid, PLATFORM_SLICE_NS);
  } catch {
    // Not allowed: it waits for the end of theirs.
  }
}

function hold(pid: number): HeldProcess {
  const descriptor = openSync(`/proc/${pid}`, 'r');
  return { descriptor, namespaces: `/proc/${process.pid}/fd/${descriptor}/ns` };
}
