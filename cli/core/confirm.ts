import { LongshoreError } from '../../core/errors/longshore-error';
import type { CommandContext } from './context';

/**
 * Asks before something that exists is changed. Resolves when the answer is yes, or `--yes` was given. Throws USAGE where
 * nobody can be asked, and CANCELLED when the answer is no.
 */
export async function confirm({ io, global }: CommandContext, question: string, yes: boolean): Promise<void> {
  if (yes) return;
  if (!io.canAsk || !io.ask || global.json)
    throw new LongshoreError(
      'USAGE',
      `${question} Nobody can be asked here.`,
      {},
      { next: 'Look at the changes with --dry-run, then give --yes.' },
    );
  const answer = (await io.ask(`${question} [y/N] `)).trim().toLowerCase();
  if (answer === 'y' || answer === 'yes') return;
  throw new LongshoreError('CANCELLED', 'Nothing was changed.', {}, { next: 'Answer y to go on.' });
}
