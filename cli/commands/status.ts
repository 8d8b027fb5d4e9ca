import type { Command } from 'commander';
import { ApiClient } from '../api-client.ts';
import type { Health, KeptAhead } from '../api-types.ts';
import { addCommonFlags, type CommonFlags, connectionFrom } from '../connection.ts';
import { formatDuration, note, paint, print, printJson } from '../output.ts';

export function addStatus(program: Command): void {
  addCommonFlags(program.command('status').description('show whether Lambent runs, and what it does')).action(
    status,
  );
}

async function status(flags: CommonFlags): Promise<void> {
  const connection = connectionFrom(flags, process.env);
  const health = await new ApiClient(connection).health();
  if (flags.json) {
    printJson(health);
    return;
  }
  const { starting, idle, busy } = health.environments;
  print(
    `${paint('green', health.status)} at ${connection.endpoint.origin} for ${formatDuration(health.uptimeMs)}`,
  );
  const rows: [string, string][] = [
    ['version', health.version],
    ['account', `${health.accountId} in ${health.region}`],
    ['store', health.store],
    ['isolation', `${health.isolation}, as ${health.isolationReason}`],
    ['functions', String(health.functions)],
    ['environments', `${busy} busy, ${idle} idle, ${starting} starting`],
    ['ahead', `${countOf(health.prepared)} runtimes, ${countOf(health.spareSandboxes)} sandboxes`],
    ['invocations', String(health.invocations)],
    ['workers', workersOf(health)],
  ];
  for (const [name, value] of rows) print(`  ${paint('dim', name.padEnd(12))}  ${value}`);
  for (const warning of health.warnings) note(paint('yellow', `warning: ${warning}`, process.stderr));
}

function countOf(kinds: readonly KeptAhead[]): string {
  const sum = (count: 'ready' | 'wanted'): number => kinds.reduce((total, kind) => total + kind[count], 0);
  return `${sum('ready')} of ${sum('wanted')}`;
}

function workersOf({ workers, workersAtMost }: Health): string {
  if (workersAtMost === 0) return 'none: the main process runs all invokes';
  return `${workers.length} of at most ${workersAtMost}`;
}
