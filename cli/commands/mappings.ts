import type { Command } from 'commander';
import { ApiClient } from '../api-client.ts';
import type { MappingFacts } from '../api-types.ts';
import { addCommonFlags, type CommonFlags, connectionFrom } from '../connection.ts';
import { formatDuration, note, printJson, printTable } from '../output.ts';

const heading = ['MAPPING', 'POLLED', 'FILTERED', 'INVOKED', 'FAILED', 'DROPPED', 'ITERATOR AGE'];

export function addMappings(program: Command): void {
  const command = program
    .command('mappings')
    .description('list the event source mappings that are polled, with what became of their records');
  addCommonFlags(command).action(listMappings);
}

async function listMappings(flags: CommonFlags): Promise<void> {
  const mappings = await new ApiClient(connectionFrom(flags, process.env)).listMappings();
  if (flags.json) {
    printJson(mappings);
    return;
  }
  if (mappings.length === 0) {
    note('No event source mapping is polled. Make one with: aws lambda create-event-source-mapping');
    return;
  }
  printTable(heading, mappings.map(row));
}

function row(mapping: MappingFacts): string[] {
  const { iteratorAgeMs } = mapping;
  const counts = [
    mapping.polledEventCount,
    mapping.filteredOutEventCount,
    mapping.invokedEventCount,
    mapping.failedInvokeEventCount,
    mapping.droppedEventCount,
  ];
  const age = iteratorAgeMs === undefined ? '-' : formatDuration(iteratorAgeMs);
  return [mapping.uuid, ...counts.map(String), age];
}
