/** A filter expression of GetTraceSummaries, read. */
export type FilterExpression =
  | { readonly kind: 'and' | 'or'; readonly left: FilterExpression; readonly right: FilterExpression }
  | { readonly kind: 'not'; readonly inner: FilterExpression }
  | { readonly kind: 'flag'; readonly flag: Flag }
  | {
      readonly kind: 'compare';
      readonly subject: Subject;
      readonly operator: Operator;
      readonly value: FilterValue;
    }
  | {
      readonly kind: 'service';
      /** Undefined: any. */
      readonly service: ServicePattern | undefined;
      /** Undefined: that it took part is enough. */
      readonly inner: FilterExpression | undefined;
    };

export type FilterValue = string | number | boolean;

export interface ServicePattern {
  readonly name?: string;
  readonly type?: string;
  readonly accountId?: string;
}

export const FLAGS = ['ok', 'error', 'fault', 'throttle', 'partial'] as const;
export type Flag = (typeof FLAGS)[number];

export const NUMBERS = ['responsetime', 'duration', 'http.status'] as const;
export const TEXTS = [
  'http.url',
  'http.method',
  'http.useragent',
  'http.clientip',
  'user',
  'name',
  'type',
  'account.id',
  'resource.arn',
] as const;

export type Subject =
  | { readonly kind: 'number'; readonly name: (typeof NUMBERS)[number] }
  | { readonly kind: 'text'; readonly name: (typeof TEXTS)[number] }
  | { readonly kind: 'annotation'; readonly name: string };

export const COMPARISONS = ['=', '!=', '<', '<=', '>', '>='] as const;
export const TEXT_OPERATORS = ['CONTAINS', 'BEGINSWITH', 'ENDSWITH'] as const;
export type Operator = (typeof COMPARISONS)[number] | (typeof TEXT_OPERATORS)[number];
