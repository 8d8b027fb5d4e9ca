import { expect, test } from 'vitest';
import { defaultLogging, mergeLogging } from './logging-configuration.ts';

const text = defaultLogging('f');
const json = mergeLogging(text, { LogFormat: 'JSON', SystemLogLevel: 'DEBUG' });

test('the default is plain text in the function’s own group', () => {
  expect(text).toEqual({ logFormat: 'Text', logGroup: '/aws/lambda/f' });
  expect(mergeLogging(text, undefined)).toEqual(text);
  expect(mergeLogging(text, {})).toEqual(text);
});

test('JSON brings levels, which stay until they are changed or Text drops them', () => {
  expect(json).toMatchObject({ applicationLogLevel: 'INFO', systemLogLevel: 'DEBUG' });
  expect(mergeLogging(json, { ApplicationLogLevel: 'ERROR', LogGroup: '/mine' })).toEqual({
    logFormat: 'JSON',
    logGroup: '/mine',
    applicationLogLevel: 'ERROR',
    systemLogLevel: 'DEBUG',
  });
  expect(mergeLogging(json, { LogFormat: 'Text' })).toEqual(text);
});

test('levels need JSON', () => {
  expect(() => mergeLogging(text, { ApplicationLogLevel: 'INFO' })).toThrow('LogLevel is not supported');
  expect(() => mergeLogging(json, { LogFormat: 'Text', SystemLogLevel: 'INFO' })).toThrow('LogLevel');
});
