import { LongshoreError } from '../../core/errors/longshore-error';
import type { CommandContext } from './context';

/**
 * Asks for a word to be typed before something is destroyed. Resolves when it was, or `--yes` was given. Throws USAGE where
 * nobody can be asked, and CANCELLED when something else was typed.
 */
export async function confirmTyped(
  { io, global }: CommandContext,
  question: string,
  word: string,
  yes: boolean,
): Promise<void> {
  if (yes) return;
  if (!io.canAsk || !io.ask || global.json)
    throw new LongshoreError(
      'USAGE',
      'This destroys rows, and nobody can be asked here.',
      {},
      { next: 'Look at it with --dry-run, then give --yes and --reason.' },
    );
  if ((await io.ask(question)).trim() === word) return;
  throw new LongshoreError('CANCELLED', 'Nothing was changed.', {}, { next: `Type ${word} to go on.` });
}
