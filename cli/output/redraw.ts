import type { Io } from '../core/io';
import { widthOf } from './text';

/** Lines that are drawn over themselves on stderr. */
export interface Redraw {
  draw(lines: readonly string[]): void;
  /** Takes them away, so that other output can follow. */
  clear(): void;
}

/** Whether somebody sees a view that is drawn over itself. */
export const canRedraw = (io: Io): boolean => io.errIsTerminal && io.env.TERM !== 'dumb';

export function redraw(io: Io): Redraw {
  let drawn: readonly string[] = [];
  // Lines drawn in a wider terminal have been wrapped by a narrower one: each then takes several rows.
  const erase = (): string => {
    if (drawn.length === 0) return '';
    const width = io.columns() ?? 80;
    const rows = drawn.reduce((total, line) => total + Math.max(1, Math.ceil(visibleWidth(line) / width)), 0);
    return `\u001b[${rows}A\r\u001b[0J`;
  };
  return {
    draw(lines) {
      io.err(`${erase()}${lines.join('\n')}\n`);
      drawn = lines;
    },
    clear() {
      io.err(erase());
      drawn = [];
    },
  };
}

const visibleWidth = (line: string): number => widthOf(line.replace(/\u001b\[[0-9;]*m/g, ''));
