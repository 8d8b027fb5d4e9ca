import { createRequire } from 'node:module';
import { getSystemErrorName } from 'node:util';
import type koffi from 'koffi';
import type { LibraryHandle } from 'koffi';

/** A call of the C library that answers a number, negative with `errno` set when it failed. */
export type SystemCall = (...parameters: readonly unknown[]) => number;

type Koffi = typeof koffi;

/** Loaded when first needed, and only in processes of our own that make such calls: never in the platform itself. */
let loaded: { readonly koffi: Koffi; readonly library: LibraryHandle } | undefined;

/**
 * Makes a function of the C library callable, for calls that Node.js does not have.
 * @param declaration as in C, like `int unshare(int flags)`
 * @returns throws an error with the failed call's `code` and `syscall`
 * @throws Error when native code cannot be called here
 */
export function systemCall(declaration: string): SystemCall {
  const name = nameIn(declaration);
  let call: ReturnType<LibraryHandle['func']> | undefined;
  return (...parameters) => {
    const { koffi, library } = load();
    call ??= library.func(declaration);
    const result = Number(call(...parameters));
    if (result < 0) throw systemError(name, koffi.errno());
    return result;
  };
}

/** The same for calls that take the kernel long: this process goes on meanwhile. */
export function slowSystemCall(declaration: string): (...parameters: readonly unknown[]) => Promise<number> {
  const name = nameIn(declaration);
  let call: ReturnType<LibraryHandle['func']> | undefined;
  return async (...parameters) => {
    const { koffi, library } = load();
    const { async: start } = (call ??= library.func(declaration));
    return await new Promise((resolve, reject) => {
      start(...parameters, (error: Error | null, result: number) => {
        if (error !== null) reject(error);
        else if (result < 0) reject(systemError(name, koffi.errno()));
        else resolve(result);
      });
    });
  };
}

/** @throws Error when native code cannot be called here */
export function load(): NonNullable<typeof loaded> {
  if (loaded === undefined) {
    const koffi = createRequire(import.meta.url)('koffi') as Koffi;
    loaded = { koffi, library: koffi.load(null) };
  }
  return loaded;
}

/** @param number the C library's `errno`, positive */
export function systemError(name: string, number: number): NodeJS.ErrnoException {
  const code = getSystemErrorName(-number);
  return Object.assign(new Error(`${name}: ${code}`), { code, errno: -number, syscall: name });
}

function nameIn(declaration: string): string {
  return /(\w+)\(/.exec(declaration)?.[1] ?? declaration;
}
