import { collision, type DocumentPath, shownPath } from './document-path.ts';
import { type ExpressionKind, invalidExpression } from './expression-error.ts';

/** Throws ValidationException for two paths that get in each other's way. */
export function checkApart(kind: ExpressionKind, paths: readonly DocumentPath[]): void {
  for (const [index, one] of paths.entries()) {
    for (const other of paths.slice(index + 1)) {
      const problem = collision(one, other);
      if (problem === undefined) continue;
      throw invalidExpression(
        kind,
        `Two document paths ${problem} with each other; must remove or rewrite one of these paths; path one: ${shownPath(one)}, path two: ${shownPath(other)}`,
      );
    }
  }
}
