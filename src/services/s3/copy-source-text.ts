/** What `x-amz-copy-source` says, decoded as a form is: a plus sign is a space. Undefined for what cannot be. */
export function decodedSource(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return undefined;
  }
}
