import type { IncomingHttpHeaders } from 'node:http';
import type { StoredCors } from '../../model/stored-function-url.ts';

type Fields = readonly (readonly [name: string, value: string])[];

const ANY = '*';
const CREDENTIALS = 'access-control-allow-credentials';

/** A browser asks what it may send. With CORS configured the door answers by itself. */
export function isPreflight(method: string, headers: IncomingHttpHeaders): boolean {
  return (
    method === 'OPTIONS' &&
    headers.origin !== undefined &&
    headers['access-control-request-method'] !== undefined
  );
}

/** Nothing is allowed to an origin that is not listed. */
export function preflightFields(cors: StoredCors, headers: IncomingHttpHeaders): Fields {
  const origin = originFields(cors, headers.origin);
  if (origin.length === 0) return [];
  return [
    ...origin,
    ...listed('access-control-allow-methods', cors.AllowMethods),
    ...listed('access-control-allow-headers', cors.AllowHeaders),
    ...(cors.MaxAge === undefined ? [] : [['access-control-max-age', String(cors.MaxAge)] as const]),
  ];
}

/** Added to what the function answers, whatever that says itself: only what may not come twice it has alone. */
export function responseFields(cors: StoredCors, headers: IncomingHttpHeaders, answered: Fields): Fields {
  const origin = originFields(cors, headers.origin);
  if (origin.length === 0) return [];
  const fields = [...origin, ...listed('access-control-expose-headers', cors.ExposeHeaders)];
  const saysCredentials = answered.some(([name]) => name.toLowerCase() === CREDENTIALS);
  return saysCredentials ? fields.filter(([name]) => name !== CREDENTIALS) : fields;
}

function originFields({ AllowOrigins, AllowCredentials }: StoredCors, origin: string | undefined): Fields {
  if (origin === undefined || AllowOrigins === undefined) return [];
  const isAny = AllowOrigins.includes(ANY);
  const isListed = AllowOrigins.some((each) => each.toLowerCase() === origin.toLowerCase());
  if (!isAny && !isListed) return [];
  // Browsers take no `*` together with credentials.
  const isOpen = isAny && AllowCredentials !== true;
  return [
    ['access-control-allow-origin', isOpen ? ANY : origin],
    ...(isOpen ? [] : [['vary', 'Origin'] as const]),
    ...(AllowCredentials === true ? [[CREDENTIALS, 'true'] as const] : []),
  ];
}

function listed(name: string, values: readonly string[] | undefined): Fields {
  return values === undefined || values.length === 0 ? [] : [[name, values.join(',')]];
}
