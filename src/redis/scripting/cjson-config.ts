/* The settings of the library cjson. They belong to a run of a script, so they stand apart from the
 * library, which is loaded with Lua. */

/** What scripts may adjust; starts anew with every script. */
export interface CjsonConfig {
  sparseConvert: boolean;
  sparseRatio: number;
  sparseSafe: number;
  encodeMaxDepth: number;
  decodeMaxDepth: number;
  encodeInvalidNumbers: boolean | 'null';
  decodeInvalidNumbers: boolean;
  precision: number;
  keepBuffer: boolean;
}

export const cjsonDefaults = (): CjsonConfig => ({
  sparseConvert: false,
  sparseRatio: 2,
  sparseSafe: 10,
  encodeMaxDepth: 1000,
  decodeMaxDepth: 1000,
  encodeInvalidNumbers: false,
  decodeInvalidNumbers: true,
  precision: 14,
  keepBuffer: true,
});
