import type { Command } from 'commander';
import { ApiClient } from '../api-client.ts';
import type { EnvironmentRecord } from '../api-types.ts';
import { addCommonFlags, type CommonFlags, connectionFrom } from '../connection.ts';
import { formatBytes, note, printJson, printTable } from '../output.ts';

const heading = ['FUNCTION', 'VERSION', 'STATE', 'ISOLATION', 'PEAK', 'MEMORY', 'SINCE', 'ENVIRONMENT'];

export function addEnvironments(program: Command): void {
  const command = program.command('environments').alias('ps').description('list the execution environments');
  addCommonFlags(command).action(listEnvironments);
}

async function listEnvironments(flags: CommonFlags): Promise<void> {
  const environments = await new ApiClient(connectionFrom(flags, process.env)).listEnvironments();
  if (flags.json) {
    printJson(environments);
    return;
  }
  if (environments.length === 0) {
    note('No execution environments. One starts when a function is invoked.');
    return;
  }
  printTable(heading, environments.map(row));
}

function row(item: EnvironmentRecord): string[] {
  return [
    item.functionArn.split(':function:')[1] ?? item.functionArn,
    item.version,
    item.state,
    item.isolation,
    formatBytes(item.memoryPeakBytes),
    `${item.memoryMb} MB`,
    `${item.createdAt.slice(0, 19)}Z`,
    item.id,
  ];
}
