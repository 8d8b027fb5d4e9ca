/** One thing about this machine. */
export interface Finding {
  readonly area: 'isolation' | 'limits' | 'network' | 'kernel' | 'programs' | 'runtimes' | 'resources';
  readonly name: string;
  /** `limited`: there, but not all that it could be. */
  readonly state: 'ok' | 'limited' | 'missing';
  readonly says: string;
  /** What to do about it; null where nothing has to be done. */
  readonly remedy: string | null;
}

export function ok(area: Finding['area'], name: string, says: string): Finding {
  return { area, name, state: 'ok', says, remedy: null };
}

export function limited(area: Finding['area'], name: string, says: string, remedy: string | null): Finding {
  return { area, name, state: 'limited', says, remedy };
}

export function missing(area: Finding['area'], name: string, says: string, remedy: string | null): Finding {
  return { area, name, state: 'missing', says, remedy };
}
