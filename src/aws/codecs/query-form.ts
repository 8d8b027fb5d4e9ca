/** A form parameter's name taken apart at its dots: `Tag.1.Key=a` is Tag > 1 > Key with the value `a`. */
export interface FormNode {
  value: string | undefined;
  readonly children: Map<string, FormNode>;
}

/** Names with more dots than any shape is deep are left out. */
const MOST_PARTS = 64;

export function parseForm(form: Iterable<readonly [string, string]>): FormNode {
  const root = newNode();
  for (const [name, value] of form) {
    const parts = name.split('.');
    if (parts.length > MOST_PARTS) continue;
    let node = root;
    for (const part of parts) {
      const next = node.children.get(part) ?? newNode();
      node.children.set(part, next);
      node = next;
    }
    node.value = value;
  }
  return root;
}

/** The numbered children of a list or map, in the order of their numbers. */
export function numbered(node: FormNode): FormNode[] {
  return [...node.children]
    .filter(([name]) => /^\d+$/.test(name))
    .sort(([a], [b]) => Number(a) - Number(b))
    .map(([, child]) => child);
}

function newNode(): FormNode {
  return { value: undefined, children: new Map() };
}
