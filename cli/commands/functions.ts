import type { Command } from 'commander';
import { ApiClient } from '../api-client.ts';
import { addRegionalFlags, type CommonFlags, connectionFrom } from '../connection.ts';
import { formatBytes, note, printJson, printTable } from '../output.ts';

const heading = ['NAME', 'RUNTIME', 'HANDLER', 'MEMORY', 'TIMEOUT', 'CODE', 'LAST MODIFIED'];

export function addFunctions(program: Command): void {
  const command = program.command('functions').alias('ls').description('list the functions of a Region');
  addRegionalFlags(command).action(listFunctions);
}

async function listFunctions(flags: CommonFlags): Promise<void> {
  const connection = connectionFrom(flags, process.env);
  const functions = await new ApiClient(connection).listFunctions();
  if (flags.json) {
    printJson(functions);
    return;
  }
  if (functions.length === 0) {
    note(`No functions in ${connection.region} yet. Deploy a folder with: lambent deploy DIR`);
    return;
  }
  const rows = functions.map((item) => [
    item.FunctionName,
    item.Runtime ?? 'image',
    item.Handler ?? '-',
    `${item.MemorySize ?? 128} MB`,
    `${item.Timeout ?? 3} s`,
    formatBytes(item.CodeSize ?? 0),
    // Lambda writes 2026-11-21T10:00:00.000+0000.
    `${(item.LastModified ?? '').slice(0, 19)}Z`,
  ]);
  printTable(heading, rows);
}
