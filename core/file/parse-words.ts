/** Columns of booleans and UUIDs. */
import type { FileColumn, RejectReason } from '../types/file';
import { FixedParser } from './parse-column';
import { readUuid } from './values/uuid';

interface BooleanText {
  /** Lower case. */
  bytes: Uint8Array;
  value: number;
}

/** The words of the format, in any letter case. */
export class BooleanParser extends FixedParser<Uint8Array> {
  readonly #texts: BooleanText[];
  readonly #shown: string;

  constructor(column: FileColumn) {
    super(column, 'bool');
    const { format } = column;
    const [yes, no] =
      format.kind === 'boolean'
        ? [format.trueTexts, format.falseTexts]
        : [
            ['true', '1'],
            ['false', '0'],
          ];
    const encoder = new TextEncoder();
    const bytesOf = (text: string, value: number): BooleanText => ({
      bytes: encoder.encode(text.toLowerCase()),
      value,
    });
    this.#texts = [...yes.map((text) => bytesOf(text, 1)), ...no.map((text) => bytesOf(text, 0))];
    this.#shown = `${yes[0] ?? 'true'} nor ${no[0] ?? 'false'}`;
  }

  protected value(data: Uint8Array, start: number, end: number, row: number): RejectReason | '' {
    for (const { bytes, value } of this.#texts) {
      if (!isWord(bytes, data, start, end)) continue;
      this.values[row] = value;
      return '';
    }
    return 'not-a-boolean';
  }

  protected problem(): string {
    return `is neither ${this.#shown}`;
  }
}

function isWord(word: Uint8Array, data: Uint8Array, start: number, end: number): boolean {
  if (word.length !== end - start) return false;
  for (let at = 0; at < word.length; at++) {
    const byte = data[start + at]!;
    if ((byte >= 65 && byte <= 90 ? byte | 32 : byte) !== word[at]) return false;
  }
  return true;
}

export class UuidParser extends FixedParser<Uint8Array> {
  constructor(column: FileColumn) {
    super(column, 'fixed16');
  }

  protected value(data: Uint8Array, start: number, end: number, row: number): RejectReason | '' {
    return readUuid(data, start, end, this.values, row * 16) ? '' : 'not-a-uuid';
  }

  protected problem(): string {
    return 'is not a UUID';
  }
}
