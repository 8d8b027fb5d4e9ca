import { array, assert, constantFrom, integer, oneof, property, tuple } from 'fast-check';
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

  test('so it is by IPv6', () => {
    const own = (address: string): boolean => address === 'fd12::1';
    for (const address of ['2606:4700::1', 'fd12::2', '2001:db8::1', '64:ff9c::1'])
      expect(mayReach(address, own, nothing), address).toBe(true);
    expect(mayReach('fd12::1', own, nothing)).toBe(false);
    expect(mayReach('fd12::1', own, allowedAddresses(['fd12::/64']))).toBe(true);
    expect(mayReach('fd12::1', own, allowedAddresses(['fd12::1', '10.1.2.3']))).toBe(true);
    expect(mayReach('fd12::1', own, allowedAddresses(['fd12::2', '10.1.2.0/24']))).toBe(false);
  });

  test('nothing of IPv6 that stays on this machine, is of many, or stands for an address of IPv4 ever is', () => {
    const group = integer({ min: 0, max: 0xffff }).map((value) => value.toString(16));
    const groups = (count: number) => array(group, { minLength: count, maxLength: count });
    const under = (prefix: string) =>
      groups(8 - prefix.split(':').length).map((rest) => [prefix, ...rest].join(':'));
    const addresses = oneof(
      anywhere.map((address) => `::ffff:${address}`),
      anywhere.map((address) => `::${address}`),
      anywhere.map((address) => `64:ff9b::${address}`),
      ...['64:ff9b:1', '2001:0', '2002', 'fe80', 'fec0', 'febf', 'feff', 'ff02', 'ff0e', 'fd00:ec2'].map(
        under,
      ),
      constantFrom('::', '::1', '0:0:0:0:0:ffff:7f00:1', 'fd20:ce::254', 'fd00:42::42', 'fd00:c1::a9fe:a9fe'),
    );
    const all = allowedAddresses(['::/0', '0.0.0.0/1', '128.0.0.0/1']);
    assert(property(addresses, (address) => !mayReach(address, never, nothing)));
    assert(property(addresses, (address) => !mayReach(address, never, all)));
  });

  test('what is no address is refused, and one of one interface only', () => {
    for (const address of ['localhost', '', '1.2.3', '2001:db8::1%eth0', 'fe80::1%lo', '[::1]'])
      expect(mayReach(address, never, nothing), address).toBe(false);
  });
});
