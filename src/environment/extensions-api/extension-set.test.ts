import { beforeEach, describe, expect, test } from 'vitest';
import { ExtensionSet } from './extension-set.ts';

let told: string[];
let events: string[];
let set: ExtensionSet;
const parked = { answer: (json: string) => void events.push(json) };

beforeEach(() => {
  told = [];
  events = [];
  set = setOf('a', 'b');
});

function setOf(...programs: string[]): ExtensionSet {
  return new ExtensionSet(programs, {
    onAllRegistered: () => void told.push('registered'),
    onAllWaiting: () => void told.push('waiting'),
    onFailed: ({ name, errorType }, phase) => void told.push(`${name} ${phase} ${errorType}`),
  });
}

function idOf(name: string, ...types: ('INVOKE' | 'SHUTDOWN')[]): string {
  const registered = set.register(name, types);
  if ('status' in registered) throw new Error(registered.errorMessage);
  return registered.id;
}

describe('Init', () => {
  test('waits for every program to register, then for every extension to ask for its first event', () => {
    expect(setOf().areAllWaiting).toBe(true);
    const a = idOf('a', 'INVOKE');
    expect(told).toEqual([]);
    const b = idOf('b');
    expect(told).toEqual(['registered']);
    const inner = idOf('inner', 'INVOKE');
    set.next(a, parked);
    set.next(b, parked);
    expect(set.areAllWaiting).toBe(false);
    set.next(inner, parked);
    expect(told).toEqual(['registered', 'waiting']);
    expect(set.facts.map(({ name, state }) => `${name} ${state}`)).toEqual([
      'a Ready',
      'b Ready',
      'inner Ready',
    ]);
  });

  test('takes a name once, internal ones for INVOKE alone, nobody after the runtime asked for an event', () => {
    idOf('a');
    expect(set.register('a', [])).toEqual({
      status: 403,
      errorType: 'Extension.InvalidExtensionState',
      errorMessage:
        'State transition from Registered to Registered failed for extension a. Error: State transition is not allowed',
    });
    idOf('inner');
    expect(set.register('inner', [])).toEqual({
      status: 403,
      errorType: 'Extension.InvalidExtensionState',
      errorMessage: 'Extension with this name already registered',
    });
    expect(set.register('other', ['SHUTDOWN'])).toEqual({
      status: 403,
      errorType: 'Extension.InvalidEventType',
      errorMessage: 'SHUTDOWN: ShutdownEventNotSupportedForInternalExtension',
    });
    set.closeRegistration();
    expect(set.register('other', [])).toMatchObject({
      status: 403,
      errorType: 'Extension.RegistrationClosed',
    });
  });

  test('takes ten extensions', () => {
    for (let index = 0; index < 10; index += 1) idOf(`inner-${index}`);
    expect(set.register('a', [])).toMatchObject({ status: 403, errorType: 'Extension.TooManyExtensions' });
  });
});

describe('an event', () => {
  test('goes to those who asked for its kind; they are busy until they ask again', () => {
    const [a, b] = [idOf('a', 'INVOKE', 'SHUTDOWN'), idOf('b', 'SHUTDOWN')];
    set.next(a, parked);
    set.next(b, parked);
    set.announce('INVOKE', 'one');
    expect(events).toEqual(['one']);
    expect(set.areAllWaiting).toBe(false);
    set.next(a, parked);
    expect(set.areAllWaiting).toBe(true);
    set.announce('SHUTDOWN', 'end');
    expect(events).toEqual(['one', 'end', 'end']);
  });

  test('waits for one that is busy', () => {
    const a = idOf('a', 'INVOKE', 'SHUTDOWN');
    set.next(a, parked);
    set.announce('INVOKE', 'one');
    set.announce('SHUTDOWN', 'end');
    expect(events).toEqual(['one']);
    set.next(a, parked);
    expect(events).toEqual(['one', 'end']);
  });

  test('is not lost with a connection', () => {
    const a = idOf('a', 'INVOKE');
    const extension = set.next(a, parked);
    if ('status' in extension) throw new Error(extension.errorMessage);
    extension.unpark(parked);
    expect(set.areAllWaiting).toBe(false);
    set.announce('INVOKE', 'one');
    set.next(a, parked);
    expect(events).toEqual(['one']);
  });
});

test('who waits for an event asks for no other', () => {
  const a = idOf('a', 'INVOKE');
  set.next(a, parked);
  const refused = { status: 403, errorType: 'Extension.InvalidExtensionState' };
  expect(set.next(a, parked)).toMatchObject(refused);
  set.announce('INVOKE', 'one');
  expect(events).toEqual(['one']);
  // It is at work now.
  const during = 'State transition from Running to Registered failed for extension a.';
  expect(set.register('a', [])).toMatchObject({ errorMessage: expect.stringContaining(during) });
  set.next(a, parked);
  expect(set.areAllWaiting).toBe(false);
});

describe('identifiers', () => {
  test.each([
    [undefined, 'Extension.MissingExtensionIdentifier'],
    ['abc', 'Extension.InvalidExtensionIdentifier'],
    ['8476a536-e9f4-11e8-9739-2dfe598c3fcd', 'Extension.UnknownExtensionIdentifier'],
  ])('%s is refused', (id, errorType) => {
    expect(set.next(id, parked)).toMatchObject({ status: 403, errorType });
    expect(set.reportError(id, 'exit', 'X')).toMatchObject({ status: 403, errorType });
  });
});

describe('an extension that gives up', () => {
  test('says so once, with a reason, and gets no more events', () => {
    const a = idOf('a', 'INVOKE');
    expect(set.reportError(a, 'init', '')).toMatchObject({ errorType: 'Extension.MissingHeader' });
    expect(set.reportError(a, 'init', 'A.B')).toBeUndefined();
    expect(set.reportError(a, 'init', 'A.C')).toBeUndefined();
    expect(told).toEqual(['a init A.B']);
    const refused = { status: 403, errorType: 'Extension.InvalidExtensionState' };
    expect(set.reportError(a, 'exit', 'A.C')).toMatchObject(refused);
    expect(set.next(a, parked)).toMatchObject(refused);
    expect(set.facts[0]).toMatchObject({ state: 'InitError', errorType: 'A.B' });
  });

  test('cannot fail to initialise once it is ready', () => {
    const a = idOf('a', 'INVOKE');
    set.next(a, parked);
    expect(set.reportError(a, 'init', 'A.B')).toMatchObject({ status: 403 });
    expect(set.reportError(a, 'exit', 'A.B')).toBeUndefined();
    expect(told).toEqual(['a exit A.B']);
  });
});

test('where invocations run side by side, nobody is told of single ones', () => {
  const nothing = (): void => undefined;
  const listener = { onAllRegistered: nothing, onAllWaiting: nothing, onFailed: nothing };
  const shared = new ExtensionSet(['a'], listener, true);
  expect(shared.register('a', ['INVOKE', 'SHUTDOWN'])).toMatchObject({
    status: 403,
    errorType: 'Extension.InvalidEventType',
  });
  expect(shared.register('a', ['SHUTDOWN'])).toHaveProperty('id');
});
