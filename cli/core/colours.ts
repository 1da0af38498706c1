import { createColors } from 'picocolors';
import type { Io } from './io';

export type Colours = ReturnType<typeof createColors>;

/** Colours unless switched off by option or NO_COLOR, or nobody looks at them. */
export function coloursFor(io: Pick<Io, 'env' | 'outIsTerminal'>, wanted: boolean): Colours {
  const forced = io.env.FORCE_COLOR !== undefined && io.env.FORCE_COLOR !== '0';
  const off = !wanted || (io.env.NO_COLOR ?? '') !== '' || io.env.TERM === 'dumb';
  return createColors(!off && (io.outIsTerminal || forced));
}
