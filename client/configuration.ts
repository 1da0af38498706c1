/** What the client needs to know of a configuration document: which sets there are and where they go. */
import { closest } from 'fastest-levenshtein';
import { z } from 'zod';
import { LongshoreError } from '../core/errors/longshore-error';

/** A configuration with its secrets as references, and the name of the file it came from. */
export interface ConfigurationInput {
  document: unknown;
  source: string;
}

const shape = z.object({
  transferSets: z.record(z.string(), z.object({ from: z.string(), to: z.string() })).default({}),
});

/** Source and target of a set. Throws CONFIG_UNKNOWN_NAME with the nearest name. */
export function transferEnds({ document, source }: ConfigurationInput, set: string): { from: string; to: string } {
  const parsed = shape.safeParse(document);
  const sets: Record<string, { from: string; to: string }> = parsed.success ? parsed.data.transferSets : {};
  if (Object.hasOwn(sets, set)) return sets[set] as { from: string; to: string };
  const names = Object.keys(sets);
  const hint = names.length === 0 ? 'it defines none' : `did you mean ${closest(set, names)}?`;
  throw new LongshoreError('CONFIG_UNKNOWN_NAME', `There is no transfer set ${set} in ${source}: ${hint}`, {
    file: source,
    path: 'transferSets',
  });
}
