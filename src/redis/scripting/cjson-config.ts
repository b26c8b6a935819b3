/* The settings of the library cjson. Redis keeps them in its interpreter, where they outlive the script that
 * changed them; so they are part of what a server knows of scripts, and stand apart from the library, which is
 * loaded with Lua. */

/** What scripts may adjust. Replaced, never changed. */
export interface CjsonConfig {
  readonly sparseConvert: boolean;
  readonly sparseRatio: number;
  readonly sparseSafe: number;
  readonly encodeMaxDepth: number;
  readonly decodeMaxDepth: number;
  readonly encodeInvalidNumbers: boolean | 'null';
  readonly decodeInvalidNumbers: boolean;
  readonly precision: number;
  readonly keepBuffer: boolean;
}

export const CJSON_DEFAULTS: CjsonConfig = {
  sparseConvert: false,
  sparseRatio: 2,
  sparseSafe: 10,
  encodeMaxDepth: 1000,
  decodeMaxDepth: 1000,
  encodeInvalidNumbers: false,
  decodeInvalidNumbers: true,
  precision: 14,
  keepBuffer: true,
};
