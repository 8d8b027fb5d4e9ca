import type { CORSRule } from '@aws-sdk/client-s3';

/** What a browser says of a request for a page of another origin. */
export interface CorsQuestion {
  readonly origin: string;
  /** What the page does, or wants to. */
  readonly method: string;
  /** The headers it wants to send, when it asks beforehand. */
  readonly headers: readonly string[];
}

type Fields = Readonly<Record<string, string>>;

/** The headers that let a browser go on, by the first rule that fits; undefined when none does. */
export function corsFields(rules: readonly CORSRule[], question: CorsQuestion): Fields | undefined {
  const rule = rules.find((each) => fits(each, question));
  if (rule === undefined) return undefined;
  const isOpen = rule.AllowedOrigins?.includes('*') === true;
  const { ExposeHeaders: exposed = [], MaxAgeSeconds: maxAge } = rule;
  return {
    'access-control-allow-origin': isOpen ? '*' : question.origin,
    'access-control-allow-methods': (rule.AllowedMethods ?? []).join(', '),
    ...(question.headers.length > 0 && { 'access-control-allow-headers': question.headers.join(', ') }),
    ...(exposed.length > 0 && { 'access-control-expose-headers': exposed.join(', ') }),
    ...(maxAge !== undefined && { 'access-control-max-age': String(maxAge) }),
    ...(!isOpen && { 'access-control-allow-credentials': 'true' }),
    vary: 'Origin, Access-Control-Request-Headers, Access-Control-Request-Method',
  };
}

function fits(rule: CORSRule, { origin, method, headers }: CorsQuestion): boolean {
  const { AllowedOrigins: origins = [], AllowedMethods: methods = [], AllowedHeaders: allowed = [] } = rule;
  return (
    methods.includes(method) &&
    origins.some((pattern) => like(origin, pattern)) &&
    headers.every((header) => allowed.some((pattern) => like(header, pattern.toLowerCase())))
  );
}

/** @param pattern with at most one `*` */
function like(text: string, pattern: string): boolean {
  const star = pattern.indexOf('*');
  if (star < 0) return text === pattern;
  const [before, after] = [pattern.slice(0, star), pattern.slice(star + 1)];
  return text.length >= before.length + after.length && text.startsWith(before) && text.endsWith(after);
}
