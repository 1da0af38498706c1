import type { VersionName } from '../../client';
import { LongshoreError } from '../../core/errors/longshore-error';

/** A version as people name it: a number, or `latest`. Throws USAGE. */
export function parseVersion(text: string): VersionName {
  if (text === 'latest') return text;
  const version = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(version) && version > 0) return version;
  throw new LongshoreError('USAGE', `${text} is not a version: versions are numbers from 1, or \`latest\`.`);
}
