/** Which of the changes of a configuration concern one transfer set. */
import type { Change } from './diff';
import { formatPath } from './path';
import { endsOf, setsOf } from './sets';

/** Changes of the set itself and of the environments that it went from and to, before or after. */
export function changesOfSet(changes: readonly Change[], name: string, documents: readonly unknown[]): Change[] {
  const environments = documents.flatMap((document) => endsOf(setsOf(document)[name]));
  const paths = [
    formatPath(['transferSets', name]),
    ...[...new Set(environments)].map((environment) => formatPath(['environments', environment])),
  ];
  const isAt = (path: string, place: string): boolean =>
    path === place || path.startsWith(`${place}.`) || path.startsWith(`${place}[`) || place.startsWith(`${path}.`);
  return changes.filter(({ path }) => paths.some((place) => path === '' || isAt(path, place)));
}
