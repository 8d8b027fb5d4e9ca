import type { Command } from 'commander';
import { ApiClient } from '../api-client.ts';
import type { RuntimeFacts } from '../api-types.ts';
import { addCommonFlags, type CommonFlags, connectionFrom } from '../connection.ts';
import { refuseMisspelt } from '../default-command.ts';
import { note, paint, print, printJson, printTable } from '../output.ts';

const heading = ['RUNTIME', 'RUNS ON', 'FROM', 'REMARK'];
const origins = { installed: 'installed on demand', bundled: 'comes with Lambent', machine: 'this machine' };

export function addRuntimes(program: Command): void {
  const runtimes = program.command('runtimes').description('show the runtimes of the machine, install more');
  const listed = addCommonFlags(
    runtimes.command('list', { isDefault: true }).description('show what each runtime runs on'),
  );
  listed.action(list);
  addCommonFlags(
    runtimes
      .command('install')
      .description("install a runtime's own interpreter, by npm, into the data directory")
      .argument('<runtime...>', 'runtime identifiers, such as nodejs22.x'),
  ).action(install);
  refuseMisspelt(runtimes, listed);
}

async function list(flags: CommonFlags): Promise<void> {
  const runtimes = await new ApiClient(connectionFrom(flags, process.env)).listRuntimes();
  if (flags.json) printJson(runtimes);
  else printTable(heading, runtimes.map(row));
}

function row({ runtime, interpreter, warning, problem, remedy }: RuntimeFacts): string[] {
  const standing = problem ?? (warning === null ? '-' : `warning: ${warning}.`);
  const remark = remedy === null ? standing : `${standing} ${remedy}`;
  if (interpreter !== null)
    return [runtime, `${interpreter.version} ${interpreter.path}`, origins[interpreter.origin], remark];
  return problem === null
    ? [runtime, "the package's own bootstrap", 'the package', remark]
    : [runtime, '-', '-', remark];
}

/** One after the other, so that what is said of one is not mixed with another. What was installed is said whatever follows. */
async function install(ids: readonly string[], flags: CommonFlags): Promise<void> {
  const client = new ApiClient(connectionFrom(flags, process.env));
  const installed: RuntimeFacts[] = [];
  try {
    for (const id of ids) {
      if (!flags.json) note(`installing ${id} ...`);
      const facts = await client.installRuntime(id);
      installed.push(facts);
      if (flags.json) continue;
      const { version = '', path = '' } = facts.interpreter ?? {};
      print(`${paint('green', id)} runs on ${version} ${path}`);
    }
  } finally {
    if (flags.json) printJson(installed);
  }
}
