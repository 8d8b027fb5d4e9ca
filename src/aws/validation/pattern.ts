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
function translate(pattern: string): string {
  return pattern
    .replaceAll('\\p{Alnum}', 'a-zA-Z0-9')
    .replaceAll('\\p{Graph}', '\\x21-\\x7E')
    .replaceAll('\\p{Print}', '\\x20-\\x7E')
    .replaceAll('\\p{ASCII}', '\\x00-\\x7F');
}
