/** Lambda's published limits. Sizes in bytes unless the name says otherwise. */

/** A deployment package that travels inside the request. */
export const ZIPPED_CODE_LIMIT_BYTES = 52_428_800;
/** Function code, unpacked, layers included. */
export const UNZIPPED_CODE_LIMIT_BYTES = 262_144_000;
/** Names in one package. Ours, not AWS's: a million empty files cost inodes, not bytes. */
export const ZIP_ENTRY_LIMIT = 100_000;

/** The variables of one function as compact JSON. */
export const ENVIRONMENT_LIMIT_BYTES = 4_096;

/** A resource policy as compact JSON. */
export const POLICY_LIMIT_BYTES = 20_480;

export const LAYER_LIMIT = 5;
/** Layers or layer versions on one page. */
export const LIST_LAYERS_PAGE_LIMIT = 50;

export const FUNCTION_NAME_LIMIT = 64;
export const MEMORY_LIMIT_MB = 10_240;
export const TAG_LIMIT = 50;
export const TAG_KEY_LIMIT = 128;
export const TAG_VALUE_LIMIT = 256;
/** Functions on one page of ListFunctions, however many were asked for. */
export const LIST_FUNCTIONS_PAGE_LIMIT = 50;
/** Event source mappings on one page, however many were asked for. */
export const LIST_MAPPINGS_PAGE_LIMIT = 100;
/** The payload of an invocation that is waited for. */
export const PAYLOAD_LIMIT_BYTES = 6_291_456;
/** An event of an asynchronous invocation. */
export const ASYNC_PAYLOAD_LIMIT_BYTES = 1_048_576;
