import { validation } from '../dynamodb-errors.ts';

/**
 * A number of DynamoDB: a decimal with up to 38 significant digits, from 1E-130 to 9.99...E+125 either side of zero,
 * kept exactly. `sign * 0.<digits> * 10^exponent`, digits without zeros at either end; zero has none.
 */
export interface Decimal {
  readonly sign: -1 | 0 | 1;
  readonly digits: string;
  readonly exponent: number;
}

const MOST_DIGITS = 38;
/** Of `0.<digits>`: one more than of a number written with one digit before its point. */
const LARGEST_EXPONENT = 126;
const SMALLEST_EXPONENT = -129;
const NUMBER = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,9}))?$/;

const ZERO: Decimal = { sign: 0, digits: '', exponent: 0 };

/** Throws ValidationException: what is not a number, has too many digits, or is too large or too small. */
export function parseDecimal(text: string): Decimal {
  const match = NUMBER.exec(text);
  const whole = match?.[2] ?? '';
  const fraction = match?.[3] ?? '';
  if (match === null || whole.length + fraction.length === 0) {
    const what = text === '' ? '' : `: ${text}`;
    throw validation(`The parameter cannot be converted to a numeric value${what}`);
  }
  const exponent = Number(match[4] ?? 0) + whole.length;
  return normalized(match[1] === '-' ? -1 : 1, whole + fraction, exponent);
}

/** As DynamoDB shows it: no exponent, no zeros that say nothing. */
export function formatDecimal({ sign, digits, exponent }: Decimal): string {
  if (sign === 0) return '0';
  const minus = sign < 0 ? '-' : '';
  if (exponent <= 0) return `${minus}0.${'0'.repeat(-exponent)}${digits}`;
  if (digits.length <= exponent) return `${minus}${digits.padEnd(exponent, '0')}`;
  return `${minus}${digits.slice(0, exponent)}.${digits.slice(exponent)}`;
}

/** Negative, zero or positive, as a is less than, equal to or greater than b. */
export function compareDecimals(a: Decimal, b: Decimal): number {
  if (a.sign !== b.sign) return a.sign - b.sign;
  return a.sign > 0 ? compareMagnitudes(a, b) : compareMagnitudes(b, a);
}

/** Exact; throws ValidationException when the sum has too many digits or is out of range. */
export function addDecimals(a: Decimal, b: Decimal): Decimal {
  if (a.sign === 0) return b;
  if (b.sign === 0) return a;
  // Numbers this far apart have more digits between them than a number may have.
  const scale = Math.min(a.exponent - a.digits.length, b.exponent - b.digits.length);
  const sum = scaled(a, scale) + scaled(b, scale);
  if (sum === 0n) return ZERO;
  const digits = (sum < 0n ? -sum : sum).toString();
  return normalized(sum < 0n ? -1 : 1, digits, digits.length + scale);
}

export function negated({ sign, digits, exponent }: Decimal): Decimal {
  return { sign: sign === 0 ? 0 : sign === 1 ? -1 : 1, digits, exponent };
}

function compareMagnitudes(a: Decimal, b: Decimal): number {
  if (a.exponent !== b.exponent) return a.exponent - b.exponent;
  return a.digits === b.digits ? 0 : a.digits < b.digits ? -1 : 1;
}

function scaled({ sign, digits, exponent }: Decimal, scale: number): bigint {
  return BigInt(sign) * BigInt(digits.padEnd(exponent - scale, '0'));
}

function normalized(sign: -1 | 1, all: string, exponentOfAll: number): Decimal {
  const withoutLeading = all.replace(/^0+/, '');
  const digits = withoutLeading.replace(/0+$/, '');
  if (digits === '') return ZERO;
  const exponent = exponentOfAll - (all.length - withoutLeading.length);
  if (exponent > LARGEST_EXPONENT) {
    throw validation(
      'Number overflow. Attempting to store a number with magnitude larger than supported range',
    );
  }
  if (exponent < SMALLEST_EXPONENT) {
    throw validation(
      'Number underflow. Attempting to store a number with magnitude smaller than supported range',
    );
  }
  if (digits.length > MOST_DIGITS) {
    throw validation('Attempting to store more than 38 significant digits in a Number');
  }
  return { sign, digits, exponent };
}
