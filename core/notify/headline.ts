/** What happened, in a few words and in a sentence. */
import type { NotifyEvent, RunStatus } from '../../schemas/constants';
import { count, plural } from './words';

/** What headlines are made of; spans as text, `usual` empty when nothing says what is usual. */
export interface Tally {
  event: NotifyEvent;
  set: string;
  from: string;
  to: string;
  total: number;
  published: number;
  duration: string;
  usual: string;
  /** How the run before ended. */
  previous?: RunStatus | undefined;
}

const isRecovery = ({ event, previous }: Tally): boolean =>
  event === 'done' && previous !== undefined && previous !== 'done';

export function headlineOf(tally: Tally): string {
  const { event, set, from, to, total, published, duration, usual } = tally;
  const ends = `${from} → ${to}`;
  switch (event) {
    case 'done':
      return `${set} ${isRecovery(tally) ? 'is well again' : 'done'}: ${ends}`;
    case 'partial':
      return `${set} partial: ${count(total - published)} of ${plural(total, 'table')} did not arrive, ${ends}`;
    case 'slow':
      return `${set} is slow: ${duration} so far${usual === '' ? '' : `, usually ${usual}`}, ${ends}`;
    case 'failed':
      return `${set} FAILED: ${ends}`;
    case 'refused':
    case 'cancelled':
      return `${set} ${event}: ${ends}`;
  }
}

export function leadOf(tally: Tally): string {
  const { event, to, total, published, previous, duration, usual } = tally;
  const rest =
    published === 0
      ? `Nothing was published: ${to} holds what it held.`
      : `${count(published)} of ${plural(total, 'table')} were published; what did not arrive holds the rows it held.`;
  switch (event) {
    case 'done': {
      const all =
        total === 1 ? 'The table arrived and was published.' : `All ${count(total)} tables arrived and were published.`;
      return isRecovery(tally) ? `${all} The run before ended ${previous}.` : all;
    }
    case 'partial':
    case 'failed':
      return rest;
    case 'refused':
      return `A safety rule stopped the run. ${rest}`;
    case 'cancelled':
      return `The run was cancelled and tidied up. ${rest}`;
    case 'slow':
      return `The run goes on. It has taken ${duration} so far${usual === '' ? '' : `; good runs usually take ${usual}`}.`;
  }
}
