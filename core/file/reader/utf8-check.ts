/** Says whether bytes, cut anywhere, are UTF-8: no overlong forms, no surrogates, nothing beyond Unicode. */
export class Utf8Check {
  /** Bytes that the last character still wants. */
  expects = 0;
  /** Within which the next byte must lie. */
  #least = 0x80;
  #most = 0xbf;

  /** False: they are not. What comes next is judged anew. */
  push(bytes: Uint8Array): boolean {
    let { expects } = this;
    let least = this.#least;
    let most = this.#most;
    let valid = true;
    // Words lie at multiples of four in the memory behind the bytes.
    const first = bytes.byteOffset % 4;
    const room = bytes.buffer.byteLength - (bytes.byteOffset - first);
    const words = new Int32Array(bytes.buffer, bytes.byteOffset - first, Math.min(room, first + bytes.length) >> 2);
    for (let at = 0; at < bytes.length; at++) {
      const byte = bytes[at]!;
      if (expects > 0) {
        if (byte >= least && byte <= most) {
          expects--;
          least = 0x80;
          most = 0xbf;
          continue;
        }
        valid = false;
        expects = 0;
        least = 0x80;
        most = 0xbf;
      }
      if (byte < 0x80) {
        // Most bytes of most files: four at a time.
        if ((at + first) % 4 !== 0) continue;
        let word = (at + first) >> 2;
        while (word < words.length && (words[word]! & 0x80808080) === 0) word++;
        at = Math.max(at, (word << 2) - first - 1);
        continue;
      }
      if (byte >= 0xc2 && byte <= 0xdf) expects = 1;
      else if (byte >= 0xe0 && byte <= 0xef) {
        expects = 2;
        if (byte === 0xe0) least = 0xa0;
        else if (byte === 0xed) most = 0x9f;
      } else if (byte >= 0xf0 && byte <= 0xf4) {
        expects = 3;
        if (byte === 0xf0) least = 0x90;
        else if (byte === 0xf4) most = 0x8f;
      } else valid = false;
    }
    this.expects = expects;
    this.#least = least;
    this.#most = most;
    return valid;
  }
}
