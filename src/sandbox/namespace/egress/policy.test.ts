import { assert, constantFrom, integer, oneof, property, tuple } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { allowedAddresses, mayReach } from './policy.ts';

const nothing = allowedAddresses([]);
const never = (): boolean => false;
const always = (): boolean => true;

const octet = integer({ min: 0, max: 255 });
const anywhere = tuple(octet, octet, octet, octet).map((parts) => parts.join('.'));
const below = (prefix: string) =>
  anywhere.map(
    (found) =>
      prefix +
      found
        .split('.')
        .slice(prefix.split('.').length - 1)
        .join('.'),
  );

describe('where functions may connect to', () => {
  test.each(['1.1.1.1', '10.0.0.1', '172.17.0.2', '192.168.1.10', '100.64.0.1', '223.255.255.255'])(
    '%s is fine, public or private',
    (address) => expect(mayReach(address, never, nothing)).toBe(true),
  );

  test('this machine is not, unless allowed', () => {
    const own = (address: string): boolean => address === '10.1.2.3';
    expect(mayReach('10.1.2.3', own, nothing)).toBe(false);
    expect(mayReach('10.1.2.4', own, nothing)).toBe(true);
    expect(mayReach('10.1.2.3', own, allowedAddresses(['10.1.2.3']))).toBe(true);
    expect(mayReach('10.1.2.3', own, allowedAddresses(['10.1.2.0/24']))).toBe(true);
    expect(mayReach('10.1.2.3', own, allowedAddresses(['10.1.3.0/24', '10.1.2.4/32']))).toBe(false);
  });

  test('loopback, link-local, unspecified, multicast and reserved addresses never are, allowed or not', () => {
    const refused = oneof(
      ...['0.', '127.', '169.254.', '192.0.0.', '224.', '239.', '240.', '255.'].map((prefix) =>
        below(prefix),
      ),
      constantFrom('255.255.255.255', '169.254.169.254', '100.100.100.200', '168.63.129.16'),
    );
    const all = allowedAddresses(['0.0.0.0/1', '128.0.0.0/1']);
    assert(property(refused, (address) => !mayReach(address, never, nothing)));
    assert(property(refused, (address) => !mayReach(address, never, all)));
  });

  test('of its own machine nothing is reached that was not allowed', () => {
    assert(property(anywhere, (address) => !mayReach(address, always, nothing)));
  });

  test('what is no IPv4 address is refused, one in the clothes of IPv6 too', () => {
    for (const address of [
      '::1',
      '::ffff:10.0.0.1',
      'fd00:ec2::254',
      '2001:db8::1',
      'localhost',
      '',
      '1.2.3',
    ])
      expect(mayReach(address, never, nothing), address).toBe(false);
  });
});
