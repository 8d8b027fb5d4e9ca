import { PatternProblem } from './event-pattern.ts';

/**
 * Reads `a*b`: an asterisk stands for any characters or none, `\*` for itself and `\\` for a backslash.
 * @returns what stands between the asterisks. Throws PatternProblem
 */
export function parseWildcard(text: string): string[] {
  const parts = [''];
  for (let at = 0; at < text.length; at += 1) {
    const char = text.charAt(at);
    const next = text.charAt(at + 1);
    if (char === '*' && next === '*')
      throw new PatternProblem(`Consecutive wildcard characters at pos ${at}.`);
    if (char === '\\' && next !== '*' && next !== '\\')
      throw new PatternProblem(`Invalid escape character at pos ${at}.`);
    if (char === '*') parts.push('');
    else parts.push((parts.pop() ?? '') + (char === '\\' ? next : char));
    if (char === '\\') at += 1;
  }
  return parts;
}

/** Takes each part at its first place after the one before: with nothing but asterisks between, no other choice does better. */
export function matchesWildcard(parts: readonly string[], text: string): boolean {
  const first = parts[0] ?? '';
  const last = parts.at(-1) ?? '';
  if (parts.length === 1) return text === first;
  if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last))
    return false;
  let at = first.length;
  const end = text.length - last.length;
  for (const part of parts.slice(1, -1)) {
    const found = text.indexOf(part, at);
    if (found === -1 || found + part.length > end) return false;
    at = found + part.length;
  }
  return true;
}
