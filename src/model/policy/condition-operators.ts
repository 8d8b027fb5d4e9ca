import { BlockList, isIP } from 'node:net';
import { arnPattern } from './arn-pattern.ts';
import type { ContextKeys } from './context-keys.ts';
import { PolicyError } from './policy-document.ts';
import { type PatternRules, textPattern } from './text-pattern.ts';

/** Whether a value of the request fits a value of the policy. */
export type ValueTest = (value: string, keys: ContextKeys) => boolean;

export interface ConditionOperator {
  /** Makes the test for one value of the policy. Throws PolicyError when the value is none of the operator's kind. */
  readonly compile: (wanted: string, variables: boolean) => ValueTest;
  /** The condition holds when no value fits, and when the request has no value at all. */
  readonly isNegated: boolean;
}

/** Every operator but Null, which asks whether there is a value and not what it is. */
export const OPERATORS: ReadonlyMap<string, ConditionOperator> = new Map([
  ...pair('StringEquals', 'StringNotEquals', text({ wildcards: false })),
  ...pair(
    'StringEqualsIgnoreCase',
    'StringNotEqualsIgnoreCase',
    text({ wildcards: false, ignoreCase: true }),
  ),
  ...pair('StringLike', 'StringNotLike', text({ wildcards: true })),
  ...pair('ArnEquals', 'ArnNotEquals', arn),
  ...pair('ArnLike', 'ArnNotLike', arn),
  ...ordered('Numeric', numberOf),
  ...ordered('Date', timeOf),
  ...pair('IpAddress', 'NotIpAddress', addressRange),
  ['Bool', { compile: bool, isNegated: false }],
  ['BinaryEquals', { compile: binary, isNegated: false }],
]);

function pair(
  name: string,
  negated: string,
  compile: ConditionOperator['compile'],
): [string, ConditionOperator][] {
  return [
    [name, { compile, isNegated: false }],
    [negated, { compile, isNegated: true }],
  ];
}

function text(rules: Omit<PatternRules, 'variables'>): ConditionOperator['compile'] {
  return (wanted, variables) => textPattern(wanted, { ...rules, variables });
}

/** ArnEquals and ArnLike are the same: both know wildcards, both go part by part. */
function arn(wanted: string, variables: boolean): ValueTest {
  return arnPattern(wanted, { wildcards: true, variables });
}

/** Equality and the four comparisons, for values that `read` makes numbers of. */
function ordered(prefix: string, read: (value: string) => number): readonly [string, ConditionOperator][] {
  const comparing = (fits: (value: number, wanted: number) => boolean): ConditionOperator['compile'] => {
    return (wanted) => {
      const limit = read(wanted);
      if (Number.isNaN(limit)) throw new PolicyError(`${wanted} is no value for a ${prefix} condition.`);
      return (value) => fits(read(value), limit);
    };
  };
  const one = (
    name: string,
    fits: (value: number, wanted: number) => boolean,
  ): [string, ConditionOperator] => [`${prefix}${name}`, { compile: comparing(fits), isNegated: false }];
  return [
    ...pair(
      `${prefix}Equals`,
      `${prefix}NotEquals`,
      comparing((value, wanted) => value === wanted),
    ),
    one('LessThan', (value, wanted) => value < wanted),
    one('LessThanEquals', (value, wanted) => value <= wanted),
    one('GreaterThan', (value, wanted) => value > wanted),
    one('GreaterThanEquals', (value, wanted) => value >= wanted),
  ];
}

function numberOf(value: string): number {
  return value.trim() === '' ? Number.NaN : Number(value);
}

/** ISO 8601, or seconds since the Unix epoch; in milliseconds. */
function timeOf(value: string): number {
  return /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value);
}

function bool(wanted: string): ValueTest {
  const folded = wanted.toLowerCase();
  if (folded !== 'true' && folded !== 'false')
    throw new PolicyError(`${wanted} is no value for a Bool condition.`);
  return (value) => value.toLowerCase() === folded;
}

function binary(wanted: string): ValueTest {
  const bytes = Buffer.from(wanted, 'base64');
  return (value) => bytes.equals(Buffer.from(value, 'base64'));
}

/** An IPv4 or IPv6 address, or a range of them: `203.0.113.0/24`. */
function addressRange(wanted: string): ValueTest {
  const [address = '', bits] = wanted.split('/');
  const family = familyOf(address);
  const length = bits === undefined ? undefined : Number(bits);
  const longest = family === 'ipv4' ? 32 : 128;
  const isRange = length === undefined || (/^\d{1,3}$/.test(bits ?? '') && length <= longest);
  if (family === undefined || !isRange) throw new PolicyError(`${wanted} is no IP address or range.`);
  const range = new BlockList();
  range.addSubnet(address, length ?? longest, family);
  return (value) => {
    const asked = familyOf(value);
    return asked !== undefined && range.check(value, asked);
  };
}

function familyOf(address: string): 'ipv4' | 'ipv6' | undefined {
  const version = isIP(address);
  if (version === 0) return undefined;
  return version === 4 ? 'ipv4' : 'ipv6';
}
