/**
 * The warden: the spawner of the namespace level, in a mount namespace of its own (and for an ordinary user in a user
 * namespace, in which it is root). What it mounts is seen by what it starts and by nobody else, and is gone when it
 * ends, however it ends: nothing has to be cleaned up after a crash.
 */
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { removeParent } from '../../cgroup/remove-group.ts';
import { serveSpawner } from '../../process/serve-spawner.ts';
import { attachReadOnly, detachAll, shareMount } from '../kernel/mounts.ts';
import { load } from '../kernel/system-call.ts';
import type { HeldProcess, WardenQuestion } from './warden-messages.ts';

/** Beside the socket by which the platform speaks to this process. */
const stage = join(dirname(process.argv[2] ?? ''), 'stage');
mkdirSync(stage);

let groups: readonly string[] = [];

serveSpawner({
  within: (_surroundings, start) => start(),
  // The kernel ends a process namespace with its first process.
  clear: () => undefined,
  answer: async (asked) => {
    const question = asked as WardenQuestion;
    switch (question.kind) {
      case 'hello':
        load();
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
      case 'hold':
        return { value: hold(question.pid) };
      case 'release':
        closeSync(question.descriptor);
        return {};
    }
  },
  // A platform that was killed could not do it, and some kernels do not let what is frozen end.
  atEnd: async () => {
    await Promise.allSettled(groups.map((directory) => removeParent(directory)));
  },
});

function hold(pid: number): HeldProcess {
  const descriptor = openSync(`/proc/${pid}`, 'r');
  return { descriptor, namespaces: `/proc/${process.pid}/fd/${descriptor}/ns` };
}
