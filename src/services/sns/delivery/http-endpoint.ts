/** A try at an endpoint on the web. */
export type HttpOutcome =
  | { readonly kind: 'taken' }
  | { readonly kind: 'refused'; readonly problem: string }
  | { readonly kind: 'failed'; readonly problem: string };

export interface HttpPost {
  readonly url: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** In real time: an endpoint that takes longer has failed. */
const PATIENCE_MS = 15_000;

/** Client errors but 429 are for good; everything else that is no success may pass. Never rejects. */
export async function post({ url, body, headers }: HttpPost): Promise<HttpOutcome> {
  try {
    const answer = await fetch(withoutCredentials(url), {
      method: 'POST',
      body,
      headers: {
        ...headers,
        ...authorization(url),
        'user-agent': 'Amazon Simple Notification Service Agent',
      },
      redirect: 'manual',
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    // What it says does not matter, but the connection is free only when it has been read.
    await answer.arrayBuffer();
    if (answer.ok) return { kind: 'taken' };
    const isFinal = answer.status >= 400 && answer.status < 500 && answer.status !== 429;
    return { kind: isFinal ? 'refused' : 'failed', problem: `it answered ${answer.status}` };
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    return { kind: 'failed', problem: cause instanceof Error ? cause.message : String(cause) };
  }
}

function withoutCredentials(url: string): URL {
  const bare = new URL(url);
  bare.username = '';
  bare.password = '';
  return bare;
}

function authorization(url: string): Readonly<Record<string, string>> {
  const { username, password } = new URL(url);
  if (username === '') return {};
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` };
}
