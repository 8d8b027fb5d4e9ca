import { duplexPair } from 'node:stream';
import { expect, test } from 'vitest';
import { WorkerChannel } from './worker-channel.ts';

type Message = { readonly word: string; readonly bytes?: Uint8Array };

function pair(answer: (message: Message) => unknown) {
  const [left, right] = duplexPair();
  const heard: Message[] = [];
  const closed: string[] = [];
  const here = new WorkerChannel<Message, Message>(left, {
    onMessage: () => undefined,
    onClosed: () => closed.push('here'),
  });
  const there = new WorkerChannel<Message, Message>(right, {
    onMessage: (message) => {
      heard.push(message);
      return answer(message);
    },
    onClosed: () => closed.push('there'),
  });
  return { here, there, heard, closed, right };
}

test('what is told and asked arrives in order, whole, and bytes as bytes', async () => {
  const { here, heard } = pair(({ word }) => `answer to ${word}`);
  const bytes = Buffer.alloc(300_000, 7);
  here.tell({ word: 'first', bytes });
  expect(await here.ask({ word: 'second' })).toBe('answer to second');
  here.tell({ word: 'third' });
  expect(await here.ask({ word: 'fourth' })).toBe('answer to fourth');
  expect(heard.map(({ word }) => word)).toEqual(['first', 'second', 'third', 'fourth']);
  expect(heard[0]?.bytes).toEqual(bytes);
});

test('a question that fails over there fails here, with its words', async () => {
  const { here } = pair(() => Promise.reject(new Error('no such thing')));
  await expect(here.ask({ word: 'what' })).rejects.toThrow('no such thing');
});

test('questions end when the other side is gone, and so do later ones', async () => {
  const { here, closed, right } = pair(() => new Promise(() => undefined));
  const asked = here.ask({ word: 'anybody' });
  right.destroy();
  await expect(asked).rejects.toThrow('The other process is gone.');
  await expect(here.ask({ word: 'still' })).rejects.toThrow('The other process is gone.');
  here.tell({ word: 'into the void' });
  await here.end();
  expect(closed).toContain('here');
});
