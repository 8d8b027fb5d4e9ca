import { claimedCredential } from '../claimed-credential.ts';
import { protocolOf, queryProtocolOf, targetProtocol } from '../protocols/registry.ts';
import { rpcCbor } from '../protocols/rpc-cbor.ts';
import { formBoundary } from '../form-upload/multipart-form.ts';
import { percentDecode, type WireRequest } from '../request.ts';
import type { ServiceIndexEntry } from '../schema/model-json.ts';
import { serviceIndex, serviceModel } from '../schema/service-model.ts';
import { NO_LABELS } from './destination.ts';
import type { Destination } from './destination.ts';
import { RestRouter } from './rest-router.ts';
import type { RouteMatch } from './rest-router.ts';
import { parseRoutes } from './route-pattern.ts';
import { S3Router } from './s3-router.ts';
import { parseServiceHost, withoutPort } from './service-host.ts';
import type { ServiceHost } from './service-host.ts';

const API_DATE = /^\d{4}-\d{2}-\d{2}$/;
const MOST_HOSTS = 200;
const CBOR_PATH = /^\/service\/([^/]+)\/operation\/([^/]+)\/?$/;

/** Scopes under which a service's requests are signed beside its own. */
const ALIASES: Readonly<Record<string, string>> = { s3express: 's3', 's3-object-lambda': 's3' };

/**
 * Finds out which operation of which service a request is for: by its protocol header, its target header, its
 * action, or its route; the credential scope's service decides where several would fit.
 */
export class Dispatcher {
  readonly #bySigningName = new Map<string, ServiceIndexEntry[]>();
  readonly #byTarget = new Map<string, ServiceIndexEntry>();
  readonly #byRoot = new Map<string, ServiceIndexEntry>();
  readonly #signingNames: ReadonlySet<string>;
  readonly #ownNames: readonly string[];
  /** What is remembered of host names. */
  readonly #hosts = new Map<string, ServiceHost>();
  readonly #routers = new Map<string, RestRouter>();
  /** Of matches that the routers remember. */
  readonly #destinations = new WeakMap<RouteMatch, Destination>();
  #s3Router: S3Router | undefined;

  /**
   * @param offered names of the service models the platform offers; they win where a request is ambiguous
   * @param publicHost host, perhaps with a port, by which clients reach the endpoint
   */
  constructor(offered: ReadonlySet<string>, publicHost?: string) {
    this.#ownNames = publicHost === undefined ? [] : [withoutPort(publicHost).toLowerCase()];
    const isOffered = ({ name }: ServiceIndexEntry): boolean => offered.has(name);
    const index = [...serviceIndex()].sort((a, b) => Number(isOffered(b)) - Number(isOffered(a)));
    for (const entry of index) {
      const sameName = this.#bySigningName.get(entry.signingName);
      if (sameName === undefined) this.#bySigningName.set(entry.signingName, [entry]);
      else sameName.push(entry);
      this.#byTarget.set(entry.target, entry);
      for (const root of entry.roots) if (!this.#byRoot.has(root)) this.#byRoot.set(root, entry);
    }
    for (const [alias, name] of Object.entries(ALIASES)) {
      this.#bySigningName.set(alias, this.#bySigningName.get(name) ?? []);
    }
    this.#signingNames = new Set(this.#bySigningName.keys());
  }

  /** What the host name says. Clients come by the same few again and again. */
  host({ host }: WireRequest): ServiceHost {
    const known = this.#hosts.get(host);
    if (known !== undefined) return known;
    // A copy: a slice would keep the whole head it was cut from.
    const name = Buffer.from(host).toString();
    const parsed = parseServiceHost(name, this.#signingNames, this.#ownNames);
    if (this.#hosts.size < MOST_HOSTS) this.#hosts.set(name, parsed);
    return parsed;
  }

  /**
   * @param scope service name of the credential scope
   * @returns undefined when the operation stands in the body: see `isForm` and `dispatchForm`
   */
  dispatch(request: WireRequest, scope: string | undefined): Destination | undefined {
    const target = request.header('x-amz-target');
    if (target !== undefined) return this.#byTargetHeader(request, target);
    if (request.header('smithy-protocol') === 'rpc-v2-cbor') return this.#byCborPath(request, scope);
    const scoped = this.#scoped(request, scope);
    if (isForm(request) && !isRest((scoped ?? this.#dated(request))?.[0])) return undefined;
    if (request.query.includes('Action=') && !isRest(scoped?.[0])) {
      return this.dispatchForm(request, scope, new URLSearchParams(request.query));
    }
    return this.#byRoute(request, scope, scoped);
  }

  /** The query protocols: `Action` and `Version` stand in the form. */
  dispatchForm(request: WireRequest, scope: string | undefined, form: URLSearchParams): Destination {
    const action = form.get('Action') ?? '';
    const version = form.get('Version');
    const scoped = this.#scoped(request, scope);
    const entry =
      scoped?.find((candidate) => candidate.version === version) ??
      scoped?.[0] ??
      (scope === undefined ? this.#formEntry(action, version) : undefined);
    const service = entry === undefined ? undefined : serviceModel(entry.name);
    return {
      protocol: queryProtocolOf(entry?.protocol),
      service,
      operation: service?.operation(action),
      asked: action,
      labels: NO_LABELS,
      form,
    };
  }

  #formEntry(action: string, version: string | null): ServiceIndexEntry | undefined {
    const entries = serviceIndex().filter((entry) => entry.version === version);
    return entries.find(({ name }) => serviceModel(name).operation(action) !== undefined) ?? entries[0];
  }

  #scoped(request: WireRequest, scope: string | undefined): readonly ServiceIndexEntry[] | undefined {
    const name = scope ?? this.host(request).signingName;
    return name === undefined ? undefined : this.#bySigningName.get(name);
  }

  #byTargetHeader(request: WireRequest, target: string): Destination {
    const dot = target.lastIndexOf('.');
    const entry = this.#byTarget.get(target.slice(0, dot));
    const service = entry === undefined ? undefined : serviceModel(entry.name);
    return {
      protocol: targetProtocol(request.header('content-type')),
      service,
      operation: service?.operation(target.slice(dot + 1)),
      asked: service === undefined ? target : target.slice(dot + 1),
      labels: NO_LABELS,
    };
  }

  #byCborPath(request: WireRequest, scope: string | undefined): Destination {
    const [, target = '', name = ''] = CBOR_PATH.exec(request.path) ?? [];
    const entry = this.#byTarget.get(target) ?? this.#scoped(request, scope)?.[0];
    const service = entry === undefined ? undefined : serviceModel(entry.name);
    return {
      protocol: rpcCbor,
      service,
      operation: service?.operation(name),
      asked: name,
      labels: NO_LABELS,
    };
  }

  #byRoute(
    request: WireRequest,
    scope: string | undefined,
    scoped: readonly ServiceIndexEntry[] | undefined,
  ): Destination {
    const entries = scoped ?? (scope === undefined ? this.#unsigned(request) : []);
    for (const entry of entries) {
      const found = this.#match(entry, request);
      if (found !== undefined) return found;
    }
    const [entry] = entries;
    const service = entry === undefined ? undefined : serviceModel(entry.name);
    const protocol = protocolOf(entry?.protocol ?? 'restJson1');
    const asked = scope !== undefined && scoped === undefined ? scope : `${request.method} ${request.path}`;
    return { protocol, service, operation: undefined, asked, labels: NO_LABELS };
  }

  #match(entry: ServiceIndexEntry, request: WireRequest): Destination | undefined {
    const service = serviceModel(entry.name);
    let match;
    if (entry.name === 's3') {
      this.#s3Router ??= new S3Router(service.json);
      match = this.#s3Router.match(request, this.host(request).bucket);
    } else {
      const router = this.#routers.get(entry.name) ?? new RestRouter(parseRoutes(service.json));
      this.#routers.set(entry.name, router);
      match = router.match(request.method, request.path, request);
    }
    if (match === undefined) return entry.name === 's3' ? this.#formUpload(request) : undefined;
    const known = this.#destinations.get(match);
    if (known !== undefined) return known;
    const destination = {
      protocol: protocolOf(entry.protocol),
      service,
      operation: service.operation(match.operation),
      asked: match.operation,
      labels: match.labels,
      isByPathAlone: match.isByPathAlone,
    };
    this.#destinations.set(match, destination);
    return destination;
  }

  /** The bucket that a browser's request is about, if it can be about one. */
  bucketOf(request: WireRequest): { readonly bucket: string; readonly isObject: boolean } | undefined {
    const scope = claimedCredential(request.header('authorization'), request.query)?.service;
    const { signingName, bucket: hostBucket } = this.host(request);
    const service = scope === undefined ? signingName : (ALIASES[scope] ?? scope);
    if (service !== undefined && service !== 's3') return undefined;
    const isOthers =
      request.header('x-amz-target') !== undefined || request.header('smithy-protocol') !== undefined;
    if (isOthers || isForm(request) || request.query.includes('Action=')) return undefined;
    if (hostBucket !== undefined) return { bucket: hostBucket, isObject: request.path.length > 1 };
    const [, root = '', ...key] = request.path.split('/');
    const isRoute = service === undefined && this.#byRoot.has(root);
    if (root === '' || root.startsWith('_') || isRoute) return undefined;
    return { bucket: percentDecode(root), isObject: key.join('') !== '' };
  }

  /** A form that a web page posts to a bucket: no operation of the model, and PutObject in all that matters. */
  #formUpload(request: WireRequest): Destination | undefined {
    const boundary = formBoundary(request.header('content-type'));
    if (request.method !== 'POST' || boundary === undefined) return undefined;
    const { bucket } = this.host(request);
    const [, inPath = ''] = /^\/([^/]+)\/?$/.exec(request.path) ?? [];
    const name = bucket === undefined ? percentDecode(inPath) : request.path === '/' ? bucket : '';
    if (name === '') return undefined;
    const service = serviceModel('s3');
    const operation = service.operation('PutObject');
    return {
      protocol: protocolOf('restXml'),
      service,
      operation,
      asked: 'PostObject',
      labels: { Bucket: name },
      formBoundary: boundary,
    };
  }

  /** `curl -d` calls any body a form; a path that starts with an API's date is a route all the same. */
  #dated(request: WireRequest): readonly ServiceIndexEntry[] | undefined {
    const [, root = ''] = request.path.split('/', 2);
    return API_DATE.test(root) ? this.#unsigned(request) : undefined;
  }

  /** A request nobody signed: the first path segment tells the service, and what is left over would be S3's. */
  #unsigned(request: WireRequest): readonly ServiceIndexEntry[] {
    const [, root = ''] = request.path.split('/', 2);
    const entry = this.#byRoot.get(root);
    const s3 = this.#bySigningName.get('s3') ?? [];
    if (entry === undefined) return s3;
    // A bucket may well be called `tags` or `account`, but not like the date of an API version.
    return API_DATE.test(root) ? [entry] : [entry, ...s3];
  }
}

/** Whether a request's operation stands in its form-encoded body. */
export function isForm(request: WireRequest): boolean {
  return request.header('content-type')?.startsWith('application/x-www-form-urlencoded') ?? false;
}

function isRest(entry: ServiceIndexEntry | undefined): boolean {
  return entry?.protocol === 'restJson1' || entry?.protocol === 'restXml';
}
