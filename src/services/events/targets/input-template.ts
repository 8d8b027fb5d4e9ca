import { parseJsonPath, valueAt } from './json-path.ts';

/** What a template can name beside the paths it was given. */
export interface TemplateFacts {
  readonly ruleArn: string;
  readonly ruleName: string;
  /** ISO 8601 */
  readonly ingestionTime: string;
  /** JSON text */
  readonly event: string;
}

type Paths = Readonly<Record<string, string>>;

const VARIABLE = /<([A-Za-z0-9_.-]+)>/g;
const RESERVED: ReadonlySet<string> = new Set([
  'aws.events.rule-arn',
  'aws.events.rule-name',
  'aws.events.event.ingestion-time',
  'aws.events.event',
  'aws.events.event.json',
]);

/** Why a template cannot be used; undefined when it can. */
export function templateProblem(template: string, paths: Paths): string | undefined {
  for (const [name, path] of Object.entries(paths)) {
    if (name.startsWith('aws.')) return `${name} is a reserved name`;
    if (parseJsonPath(path) === undefined) return `${path} is no path`;
  }
  for (const [, name = ''] of template.matchAll(VARIABLE)) {
    if (!RESERVED.has(name) && paths[name] === undefined)
      return `the template names ${name}, which has no path`;
  }
  // Whether it is JSON shows once something stands for each variable.
  const filled = template.replaceAll(VARIABLE, '0');
  return isJson(filled) || !/^\s*[[{"]/.test(template) ? undefined : 'the template is no JSON';
}

/** Writes a target's input. A variable in a JSON text stands for the text of its value, elsewhere for the value. */
export function fillTemplate(template: string, paths: Paths, facts: TemplateFacts): string {
  const event: unknown = JSON.parse(facts.event);
  let isInText = false;
  let out = '';
  let at = 0;
  for (const match of template.matchAll(VARIABLE)) {
    const before = template.slice(at, match.index);
    isInText = endsInText(before, isInText);
    const value = valueOf(match[1] ?? '', paths, facts, event);
    out += before + (isInText ? escaped(textOf(value)) : JSON.stringify(value ?? ''));
    at = match.index + match[0].length;
  }
  return out + template.slice(at);
}

function valueOf(name: string, paths: Paths, facts: TemplateFacts, event: unknown): unknown {
  switch (name) {
    case 'aws.events.rule-arn':
      return facts.ruleArn;
    case 'aws.events.rule-name':
      return facts.ruleName;
    case 'aws.events.event.ingestion-time':
      return facts.ingestionTime;
    case 'aws.events.event':
      return event;
    case 'aws.events.event.json':
      return facts.event;
    default:
      return valueAt(event, parseJsonPath(paths[name] ?? '') ?? []);
  }
}

/** Whether a JSON text is open where the piece ends. */
function endsInText(piece: string, beganInText: boolean): boolean {
  let isInText = beganInText;
  for (let at = 0; at < piece.length; at += 1) {
    if (piece.charAt(at) === '\\' && isInText) at += 1;
    else if (piece.charAt(at) === '"') isInText = !isInText;
  }
  return isInText;
}

function textOf(value: unknown): string {
  if (value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function escaped(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

export function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
