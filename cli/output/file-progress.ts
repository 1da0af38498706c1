import { formatBytes } from '../../core/units';
import type { Io } from '../core/io';
import { count, duration } from './format';
import { oneLine, shorten } from './text';

/** What is under way among files. */
export interface FileProgress {
  /** Bytes that were read. */
  bytes(read: number): void;
  /** One more file is through. */
  fileDone(): void;
  /** Takes the line away, so that other output can follow. */
  clear(): void;
}

/** Shorter work is over before anybody has read the line. */
const FIRST_AFTER_MS = 2_000;
const EVERY_MS = 250;

/** One line on a terminal, drawn over itself, for work that takes longer than two seconds; nothing elsewhere. */
export function fileProgress(io: Io, quiet: boolean, total: { files: number; bytes: number }): FileProgress {
  if (quiet || !io.errIsTerminal || io.env.TERM === 'dumb')
    return { bytes: () => undefined, fileDone: () => undefined, clear: () => undefined };
  const started = io.now();
  let read = 0;
  let done = 0;
  let drawnAt = started + FIRST_AFTER_MS - EVERY_MS;
  let isDrawn = false;
  const draw = (): void => {
    const now = io.now();
    if (now - drawnAt < EVERY_MS) return;
    drawnAt = now;
    isDrawn = true;
    const line = progressLine({ files: done, bytes: read }, total, now - started);
    io.err(`\r\u001b[2K${shorten(oneLine(line), (io.columns() ?? 80) - 1)}`);
  };
  return {
    bytes: (more) => {
      read += more;
      draw();
    },
    fileDone: () => {
      done++;
      draw();
    },
    clear: () => {
      if (isDrawn) io.err('\r\u001b[2K');
      isDrawn = false;
    },
  };
}

/** `12 of 2,300 files, 1.2 GB of 4.5 GB, 130 MB/s, 25.4 s left`. */
export function progressLine(
  done: { files: number; bytes: number },
  total: { files: number; bytes: number },
  ms: number,
): string {
  const rate = done.bytes / (ms / 1000);
  const left =
    rate > 0 && total.bytes > done.bytes ? `, ${duration(((total.bytes - done.bytes) / rate) * 1000)} left` : '';
  const files = total.files > 1 ? `${count(done.files)} of ${count(total.files)} files, ` : '';
  return `${files}${formatBytes(done.bytes)} of ${formatBytes(total.bytes)}, ${formatBytes(Math.round(rate))}/s${left}`;
}
