import type { HeadForm, ReadHead } from './fast-lane-form.ts';
import { FormedHeaders } from './fast-lane-formed-headers.ts';
import { formOf } from './fast-lane-learning.ts';

/** What one connection's next head is likely to be. */
export interface HeadMemory {
  /** Of the last head that had one. */
  form: HeadForm | undefined;
  /** How often a form was looked for in vain. */
  tries: number;
}

export function newMemory(): HeadMemory {
  return { form: undefined, tries: 0 };
}

/** Longer heads are read line by line each time. */
const LONGEST_HEAD = 4096;
const MOST_FORMS = 100;
/** Tried beside the connection's own: clients of one kind, and functions that are invoked in turn. */
const MOST_RECENT = 6;
/** After so many tries, only every so many heads. */
const PATIENCE = 16;
const SELDOM = 256;

/** The forms of the heads that were read of late. Connections of one client share one. */
export class KnownForms {
  readonly #forms = new Map<string, HeadForm>();
  #recent: readonly HeadForm[] = [];

  /** See `HeadForm.read`. */
  read(bytes: Buffer, limit: number, memory: HeadMemory): FormedHeaders | undefined {
    const own = memory.form;
    const spans = own?.read(bytes, limit);
    if (own !== undefined && spans !== undefined) return new FormedHeaders(own, bytes, spans);
    for (const form of this.#recent) {
      const found = form === own ? undefined : form.read(bytes, limit);
      if (found === undefined) continue;
      memory.form = form;
      return new FormedHeaders(form, bytes, found);
    }
    return undefined;
  }

  /** Takes note of a head that was read line by line, and found to be that of a plain request. */
  learn(head: ReadHead, memory: HeadMemory): void {
    memory.tries += 1;
    if (head.text.length > LONGEST_HEAD || (memory.tries > PATIENCE && memory.tries % SELDOM > 1)) return;
    const { url } = head;
    const known = memory.form?.url === url ? memory.form : this.#recent.find((form) => form.url === url);
    const form = (known && formOf(known.example, head, known)) ?? formOf(head, head);
    if (form !== undefined) memory.form = this.#shared(form);
  }

  #shared(form: HeadForm): HeadForm {
    const { key } = form;
    const shared = this.#forms.get(key) ?? form;
    if (this.#forms.size >= MOST_FORMS) this.#forms.clear();
    this.#forms.set(key, shared);
    if (!this.#recent.includes(shared)) this.#recent = [shared, ...this.#recent].slice(0, MOST_RECENT);
    return shared;
  }
}
