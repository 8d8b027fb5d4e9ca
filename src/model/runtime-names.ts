/** Runtime identifiers Lambda accepts for zip packages. Whether this machine can run one is another question. */
export const SUPPORTED_RUNTIMES: readonly string[] = identifiers(
  'nodejs20.x nodejs22.x nodejs24.x nodejs26.x',
  'python3.9 python3.10 python3.11 python3.12 python3.13 python3.14',
  'java8.al2 java8.al2023 java11 java11.al2023 java17 java17.al2023 java21 java25',
  'dotnet8 dotnet10',
  'ruby3.2 ruby3.3 ruby3.4 ruby4.0',
  'provided.al2 provided.al2023',
);

const SUPPORTED: ReadonlySet<string> = new Set(SUPPORTED_RUNTIMES);

const DEPRECATED: ReadonlySet<string> = new Set(
  identifiers(
    'nodejs nodejs4.3 nodejs4.3-edge nodejs6.10 nodejs8.10 nodejs10.x nodejs12.x nodejs14.x nodejs16.x nodejs18.x',
    'python2.7 python3.6 python3.7 python3.8',
    'java8',
    'dotnetcore1.0 dotnetcore2.0 dotnetcore2.1 dotnetcore3.1 dotnet5.0 dotnet6 dotnet7',
    'ruby2.5 ruby2.7',
    'go1.x provided',
  ),
);

/** Whether functions may be created with or moved to this runtime. Case matters, as on AWS. */
export function runtimeStanding(runtime: string): 'supported' | 'deprecated' | 'unknown' {
  if (SUPPORTED.has(runtime)) return 'supported';
  return DEPRECATED.has(runtime) ? 'deprecated' : 'unknown';
}

/** One line for each language, oldest first. */
function identifiers(...families: readonly string[]): string[] {
  return families.flatMap((family) => family.split(' '));
}
