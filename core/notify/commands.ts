import type { NotifyEvent } from '../../schemas/constants';

/** What to type next, the most useful first. */
export function commandsFor(event: NotifyEvent, runId: string): { command: string; why: string }[] {
  const run = quoted(runId);
  const show = { command: `longshore run show ${run}`, why: 'all that is known about it' };
  const again = { command: `longshore run again ${run}`, why: 'run once more, as it was' };
  switch (event) {
    case 'done':
      return [{ ...show, why: 'the proof, table by table' }];
    case 'slow':
      return [
        { command: `longshore run watch ${run}`, why: 'what it does now' },
        { command: `longshore run cancel ${run}`, why: 'stop it and tidy up' },
      ];
    case 'partial':
    case 'failed':
    case 'refused':
    case 'cancelled':
      return [show, again];
  }
}

/** As one word for a shell. */
export const quoted = (text: string): string =>
  /^[\w./:@+-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
