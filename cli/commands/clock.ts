import type { Command } from 'commander';
import { ApiClient } from '../api-client.ts';
import type { ClockReading } from '../api-types.ts';
import { addCommonFlags, type CommonFlags, connectionFrom } from '../connection.ts';
import { refuseMisspelt } from '../default-command.ts';
import { parseDuration } from '../duration.ts';
import { formatDuration, paint, print, printJson } from '../output.ts';

export function addClock(program: Command): void {
  const clock = program
    .command('clock')
    .description('read platform time and move it, to test retries and schedules');
  const shown = addCommonFlags(clock.command('show', { isDefault: true }).description('show platform time'));
  shown.action(show);
  addCommonFlags(
    clock
      .command('advance')
      .description('move time forward; what becomes due happens, in order, before this ends')
      .argument('<duration>', 'such as 90s, 15m, 6h, 2d or 1h30m'),
  ).action(advance);
  addCommonFlags(clock.command('freeze').description('stop time')).action(async (flags: CommonFlags) =>
    tell(await client(flags).turnClock({ freeze: true }), flags),
  );
  addCommonFlags(clock.command('resume').description('let time go on')).action(async (flags: CommonFlags) =>
    tell(await client(flags).turnClock({ resume: true }), flags),
  );
  refuseMisspelt(clock, shown);
}

async function show(flags: CommonFlags): Promise<void> {
  tell(await client(flags).readClock(), flags);
}

async function advance(text: string, flags: CommonFlags): Promise<void> {
  const advanceMs = parseDuration(text);
  const reading = await client(flags).turnClock({ advanceMs });
  if (!flags.json) print(`${paint('green', 'advanced')} by ${formatDuration(advanceMs)}`);
  tell(reading, flags);
}

function client(flags: CommonFlags): ApiClient {
  return new ApiClient(connectionFrom(flags, process.env));
}

function tell(reading: ClockReading, flags: CommonFlags): void {
  if (flags.json) printJson(reading);
  else print(`${reading.now}${reading.frozen ? paint('yellow', ' frozen') : ''}`);
}
