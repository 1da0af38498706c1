/** Which table a configured name means, where the database keeps letter case. */
import { LongshoreError } from '../core/errors/longshore-error';

/**
 * The one of `names` that is meant by `wanted`: the exact one, then `wanted` as the database folds names without quotes, then
 * the only one that differs by letter case. Throws TABLE_NOT_FOUND where several do.
 */
export function pickName(
  wanted: string,
  names: readonly string[],
  fold: (name: string) => string,
  where: string,
): string | undefined {
  if (names.includes(wanted)) return wanted;
  if (names.includes(fold(wanted))) return fold(wanted);
  const alike = names.filter((name) => name.toLowerCase() === wanted.toLowerCase());
  if (alike.length > 1)
    throw new LongshoreError(
      'TABLE_NOT_FOUND',
      `The name ${wanted} may mean ${alike.join(' or ')} in ${where}, which differ by letter case only.`,
      { table: wanted },
      { next: 'Write the name exactly as it is in the database.' },
    );
  return alike[0];
}
