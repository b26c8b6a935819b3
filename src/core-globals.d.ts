/* The few globals that the core may use: they exist in Node, in browsers and in workers alike, and
 * depend neither on time nor on chance. Everything else of the DOM or Node does not compile here. */

declare class TextEncoder {
  encode(text?: string): Uint8Array<ArrayBuffer>;
}

declare class TextDecoder {
  constructor(label?: string, options?: { fatal?: boolean; ignoreBOM?: boolean });
  decode(bytes?: Uint8Array): string;
}
