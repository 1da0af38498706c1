import type { Truth } from './truth';

export interface Writing {
  delimiter: string;
  quote: '"' | "'" | '';
  escape: 'double' | 'backslash' | 'none';
  newline: '\n' | '\r\n' | '\r';
  /** Which cells are quoted: those that must be, all, or those that hold letters. */
  quoting: 'needed' | 'all' | 'texts';
}

export const PLAIN: Writing = { delimiter: ',', quote: '"', escape: 'double', newline: '\n', quoting: 'needed' };

/** Writes rows and remembers what of its dialect can be told from what was written. */
export class Writer {
  quoted = 0;
  escaped = 0;
  constructor(readonly how: Writing) {}

  /** The cell as this dialect can hold it: what it cannot is taken out, and is then not part of the truth either. */
  fit(cell: string): string {
    const { delimiter, quote, escape } = this.how;
    let text = cell;
    if (quote === '') {
      text = text.replaceAll(/[\r\n]+/g, ' ').replaceAll('"', '');
      for (const character of delimiter.trim() || delimiter)
        text = text.replaceAll(character, delimiter === ' ' ? '_' : ' ');
    }
    if (quote !== '' && escape === 'none') text = text.replaceAll(quote, '');
    if (escape === 'backslash') text = text.replaceAll('\\', '/');
    return text;
  }

  /** One record without its line end. */
  record(cells: readonly string[]): string {
    return cells.map((cell) => this.#cell(cell)).join(this.how.delimiter);
  }

  /** What can be known of quotes and escapes once everything is written. */
  facts(): Pick<Truth, 'delimiter' | 'quote' | 'escape' | 'newline'> {
    const { delimiter, quote, escape, newline } = this.how;
    return {
      delimiter,
      newline,
      ...(this.quoted > 0 && { quote }),
      ...(this.escaped > 0 && { escape }),
    };
  }

  #cell(text: string): string {
    const { delimiter, quote, escape, quoting } = this.how;
    if (quote === '') return text;
    const needed =
      text.includes(delimiter.trim() || delimiter) ||
      text.includes(quote) ||
      /[\r\n]/.test(text) ||
      text !== text.trim() ||
      (delimiter === ' ' && text === '');
    if (!needed && quoting !== 'all' && !(quoting === 'texts' && /[^\d.,:/%+ -]/.test(text))) return text;
    this.quoted++;
    if (!text.includes(quote)) return quote + text + quote;
    this.escaped++;
    return quote + text.replaceAll(quote, escape === 'backslash' ? `\\${quote}` : quote + quote) + quote;
  }
}
