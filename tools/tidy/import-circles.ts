/**
 * The circles among imports, types' as well: files that cannot be understood one after the other. Each is told once, from
 * its first file by name and back to it.
 * @param importsOf the files that one imports
 */
export function importCircles(
  files: readonly string[],
  importsOf: (file: string) => readonly string[],
): string[][] {
  const found = new Map<string, string[]>();
  const done = new Set<string>();
  const path: string[] = [];
  const visit = (file: string): void => {
    if (done.has(file)) return;
    const at = path.indexOf(file);
    if (at !== -1) {
      const circle = fromFirst(path.slice(at));
      found.set(circle.join(), circle);
      return;
    }
    path.push(file);
    for (const target of importsOf(file)) visit(target);
    path.pop();
    done.add(file);
  };
  for (const file of files) visit(file);
  return [...found.values()];
}

function fromFirst(circle: readonly string[]): string[] {
  const first = circle.toSorted()[0] ?? '';
  const at = circle.indexOf(first);
  return [...circle.slice(at), ...circle.slice(0, at), first];
}
