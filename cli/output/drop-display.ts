import type { FolderStatus } from '../../client';
import type { Colours } from '../core/colours';
import type { Io } from '../core/io';
import { DropRates, dropLines, plainDropLine } from './drop-view';
import { canRedraw, redraw } from './redraw';

export interface DropDisplay {
  show(status: FolderStatus): void;
  /** Takes the live view away, so that other output can follow. */
  clear(): void;
}

/** At most a plain line this often where there is no terminal, and only when something happened. */
const PLAIN_EVERY_MS = 5_000;

/** A view that is drawn over itself in a terminal, plain lines elsewhere, nothing when `quiet`. */
export function dropDisplay(io: Io, colours: Colours, quiet: boolean): DropDisplay {
  if (quiet) return { show: () => undefined, clear: () => undefined };
  return canRedraw(io) ? liveDisplay(io, colours) : plainDisplay(io);
}

function liveDisplay(io: Io, colours: Colours): DropDisplay {
  const rates = new DropRates();
  const view = redraw(io);
  return {
    show(status) {
      const now = io.now();
      rates.add(status, now);
      view.draw(dropLines(status, rates, { width: (io.columns() ?? 80) - 1, height: 10, colours, now }));
    },
    clear: () => view.clear(),
  };
}

function plainDisplay(io: Io): DropDisplay {
  let told = '';
  let toldAt = Number.NEGATIVE_INFINITY;
  return {
    show(status) {
      const now = io.now();
      const line = plainDropLine(status);
      if (line === told || now - toldAt < PLAIN_EVERY_MS) return;
      told = line;
      toldAt = now;
      io.err(`${line}\n`);
    },
    clear: () => undefined,
  };
}
