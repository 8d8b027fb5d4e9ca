const DIRECTIONS: Readonly<Record<string, string>> = {
  north: 'n',
  northeast: 'ne',
  northwest: 'nw',
  south: 's',
  southeast: 'se',
  southwest: 'sw',
  east: 'e',
  west: 'w',
  central: 'c',
  gov: 'g',
};

/**
 * The id of the zone everything runs in, e.g. `use1-az1` in us-east-1: there is one, the first. AWS writes a region's
 * directions by their first letters.
 */
export function availabilityZoneId(region: string): string {
  const short = region.split('-').map((part) => DIRECTIONS[part] ?? part);
  return `${short.join('')}-az1`;
}
