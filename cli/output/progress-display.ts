import type { LiveProgress } from '../../client';
import type { Colours } from '../core/colours';
import type { Io } from '../core/io';
import { plainLine, ProgressRates, progressLines } from './progress-view';
import { canRedraw, redraw } from './redraw';
import { oneLine, printable } from './text';

export interface ProgressDisplay {
  show(progress: LiveProgress): void;
  /** Takes the live view away, so that other output can follow. */
  clear(): void;
}

/** A plain line this often where there is no terminal. */
const PLAIN_EVERY_MS = 5_000;

/** A view that is drawn over itself in a terminal, plain lines elsewhere, nothing when `quiet`. */
export function progressDisplay(io: Io, colours: Colours, quiet: boolean): ProgressDisplay {
  if (quiet) return { show: () => undefined, clear: () => undefined };
  return canRedraw(io) ? liveDisplay(io, colours) : plainDisplay(io);
}

function liveDisplay(io: Io, colours: Colours): ProgressDisplay {
  const rates = new ProgressRates();
  const view = redraw(io);
  return {
    show(progress) {
      const now = io.now();
      rates.add(progress, now);
      view.draw(progressLines(progress, rates, { width: (io.columns() ?? 80) - 1, height: 10, colours, now }));
    },
    clear: () => view.clear(),
  };
}

function plainDisplay(io: Io): ProgressDisplay {
  const rates = new ProgressRates();
  const told = new Map<string, string>();
  let lastLine = Number.NEGATIVE_INFINITY;
  let lastState = '';
  return {
    show(progress) {
      const now = io.now();
      rates.add(progress, now);
      for (const { table, phase, error } of progress.tables) {
        if (phase !== 'failed' || told.get(table) === phase) continue;
        told.set(table, phase);
        io.err(
          `${oneLine(table)} failed: ${error ? `${error.code}: ${printable(error.message)}` : 'no reason given'}\n`,
        );
      }
      const state = `${progress.status} ${progress.phase}`;
      if (progress.phase === 'ended' || (state === lastState && now - lastLine < PLAIN_EVERY_MS)) return;
      lastState = state;
      lastLine = now;
      io.err(`${plainLine(progress, rates, now)}\n`);
    },
    clear: () => undefined,
  };
}
