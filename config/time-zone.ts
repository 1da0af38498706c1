import { didYouMean } from '../core/plan/suggest';

/** Why this is no IANA time zone, as a sentence; undefined when it is one. Offsets are none: they know no summer time. */
export function timeZoneProblem(name: string): string | undefined {
  if (/^[A-Za-z]/.test(name) && isKnown(name)) return undefined;
  const hint =
    didYouMean(name, Intl.supportedValuesOf('timeZone')) || ' Use an IANA name such as Europe/Berlin or UTC.';
  return `\`${name}\` is not a time zone.${hint}`;
}

function isKnown(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
