import { ConfigError } from './config-error.ts';
import { flagOf } from './options.ts';
import type { SettingName, Settings } from './schema.ts';
import type { FoundSettings } from './sources.ts';

/** A setting that another one takes all effect from. */
interface Contradiction {
  readonly setting: SettingName;
  readonly other: SettingName;
  readonly holds: (settings: Settings) => boolean;
  readonly because: string;
}

const CONTRADICTIONS: readonly Contradiction[] = [
  {
    setting: 'dataDir',
    other: 'ephemeral',
    holds: ({ ephemeral }) => ephemeral,
    because: '--ephemeral keeps nothing, in no folder',
  },
  {
    setting: 'workersIdleSeconds',
    other: 'workers',
    holds: ({ workers }) => workers !== 'auto',
    because: 'it is about --workers auto, where they come and go',
  },
];

/**
 * Throws where two settings cannot both have their effect. What a stronger source says takes the place of what a weaker one
 * said: `--ephemeral` that of a file's `dataDir`, for one run.
 * @param sources the weakest first
 * @throws ConfigError
 */
export function refuseContradictions(settings: Settings, sources: readonly FoundSettings[]): void {
  for (const { setting, other, holds, because } of CONTRADICTIONS) {
    const source = sources.findLast((found) => found.has(setting));
    if (source === undefined || !holds(settings)) continue;
    const strength = sources.indexOf(source);
    if (strength < sources.findLastIndex((found) => found.has(other))) continue;
    throw new ConfigError(
      `${source.get(setting)?.origin ?? flagOf(setting)} has no effect: ${because}. Leave one out.`,
    );
  }
  if (settings.ephemeral && settings.store !== undefined)
    throw new ConfigError(
      '--ephemeral keeps nothing after the end, and --store keeps everything: leave one out',
    );
  refuseTwice(settings, sources);
}

/** One id stands for one key. */
function refuseTwice({ accessKeys }: Settings, sources: readonly FoundSettings[]): void {
  const ids = accessKeys.map(({ accessKeyId }) => accessKeyId);
  const twice = ids.find((id, index) => ids.indexOf(id) !== index);
  if (twice === undefined) return;
  const origin = sources.findLast((found) => found.has('accessKeys'))?.get('accessKeys')?.origin;
  throw new ConfigError(`${origin ?? 'accessKeys'} names the key ${twice} more than once`);
}
