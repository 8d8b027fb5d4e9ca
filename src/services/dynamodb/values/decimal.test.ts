import { expect, test } from 'vitest';
import { addDecimals, compareDecimals, formatDecimal, negated, parseDecimal } from './decimal.ts';

test.each([
  ['0', '0'],
  ['-0.00', '0'],
  ['007', '7'],
  ['1.50', '1.5'],
  ['-.5', '-0.5'],
  ['5.', '5'],
  ['1E3', '1000'],
  ['12.34e-3', '0.01234'],
  ['1e-130', `0.${'0'.repeat(129)}1`],
  ['9.9999999999999999999999999999999999999E+125', `${'9'.repeat(38)}${'0'.repeat(88)}`],
  ['12345678901234567890123456789012345678', '12345678901234567890123456789012345678'],
])('%s is shown as %s', (text, shown) => {
  expect(formatDecimal(parseDecimal(text))).toBe(shown);
});

test.each([
  ['', 'The parameter cannot be converted to a numeric value'],
  ['abc', 'The parameter cannot be converted to a numeric value: abc'],
  ['1e', 'The parameter cannot be converted to a numeric value: 1e'],
  ['.', 'The parameter cannot be converted to a numeric value: .'],
  ['1e126', 'Number overflow. Attempting to store a number with magnitude larger than supported range'],
  ['1e-131', 'Number underflow. Attempting to store a number with magnitude smaller than supported range'],
  [
    '123456789012345678901234567890123456789',
    'Attempting to store more than 38 significant digits in a Number',
  ],
])('%s is refused', (text, message) => {
  expect(() => parseDecimal(text)).toThrow(message);
});

test('sums and orders are those of integers, at any scale', () => {
  for (let run = 0; run < 2_000; run += 1) {
    const [a, b] = [random(), random()];
    const scale = Math.floor(Math.random() * 40) - 20;
    const [one, other] = [parseDecimal(`${a}e${scale}`), parseDecimal(`${b}e${scale}`)];
    expect(formatDecimal(addDecimals(one, other))).toBe(formatDecimal(parseDecimal(`${a + b}e${scale}`)));
    expect(Math.sign(compareDecimals(one, other))).toBe(a === b ? 0 : a < b ? -1 : 1);
    expect(compareDecimals(addDecimals(one, negated(one)), parseDecimal('0'))).toBe(0);
  }
});

test('a sum with too many digits is refused, not rounded', () => {
  expect(() => addDecimals(parseDecimal('1e37'), parseDecimal('0.1'))).toThrow('38 significant digits');
});

function random(): bigint {
  const digits = 1 + Math.floor(Math.random() * 36);
  const text = Array.from({ length: digits }, () => Math.floor(Math.random() * 10)).join('');
  return BigInt(text) * (Math.random() < 0.5 ? -1n : 1n);
}
