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
      if (byte < 0x80) continue;
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
