/** Splits a header that holds a list: values at commas, quoted values taken whole, `\"` and `\\` inside quotes. */
export function splitHeaderList(text: string): string[] {
  const items: string[] = [];
  let at = 0;
  while (at <= text.length) {
    while (text[at] === ' ' || text[at] === '\t') at++;
    const [item, end] = text[at] === '"' ? quotedItem(text, at + 1) : plainItem(text, at);
    items.push(item);
    at = end + 1;
  }
  return items;
}

/** HTTP dates have a comma after the day of the week, so a list of them is cut at every second one. */
export function splitHttpDateList(text: string): string[] {
  return text.split(/,(?=\s*[A-Z][a-z]{2},)/).map((date) => date.trim());
}

export function quoteHeaderItem(text: string): string {
  return /[",]/.test(text) ? `"${text.replace(/(["\\])/g, '\\$1')}"` : text;
}

function plainItem(text: string, start: number): [item: string, end: number] {
  const comma = text.indexOf(',', start);
  const end = comma < 0 ? text.length : comma;
  return [text.slice(start, end).trimEnd(), end];
}

function quotedItem(text: string, start: number): [item: string, end: number] {
  let item = '';
  let at = start;
  while (at < text.length && text[at] !== '"') {
    if (text[at] === '\\') at++;
    item += text[at] ?? '';
    at++;
  }
  const comma = text.indexOf(',', at);
  return [item, comma < 0 ? text.length : comma];
}
