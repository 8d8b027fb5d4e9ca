/**
 * Compiles a model's pattern to match whole values. Java's expressions are nearly JavaScript's; one that isn't
 * constrains nothing, since refusing good values would be worse.
 */
export function compilePattern(pattern: string): RegExp | undefined {
  const ignoresCase = pattern.startsWith('(?i)');
  const translated = translate(ignoresCase ? pattern.slice(4) : pattern);
  for (const mode of ['u', '']) {
    try {
      return new RegExp(`^(?:${translated})$`, ignoresCase ? `${mode}i` : mode);
    } catch {
      // Escapes such as `\-` are an error in Unicode mode only.
    }
  }
  return undefined;
}

/** Java's POSIX classes, as far as AWS's models use them. */
const CLASSES: Readonly<Record<string, string>> = {
  Alnum: 'a-zA-Z0-9',
  Graph: '\\x21-\\x7E',
  Print: '\\x20-\\x7E',
  ASCII: '\\x00-\\x7F',
};

/** Such a class may stand within brackets or by itself. */
function translate(pattern: string): string {
  let depth = 0;
  return pattern.replaceAll(/\\p\{(\w+)\}|\\.|[[\]]/g, (token: string, name: string | undefined) => {
    if (token === '[') depth += 1;
    if (token === ']') depth -= 1;
    const members = name === undefined ? undefined : CLASSES[name];
    if (members === undefined) return token;
    return depth > 0 ? members : `[${members}]`;
  });
}
