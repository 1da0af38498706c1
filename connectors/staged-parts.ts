/** Parts in a stage that is a folder, as they must be before they are copied. */
import { LongshoreError } from '../core/errors/longshore-error';
import type { LocalStage } from '../storage/local-stage';
import type { CopyRequest } from './warehouse';

/** Throws STAGE_INCOMPLETE unless every part is there as it was put. */
export async function checkParts(stage: LocalStage, { prefix, parts }: CopyRequest): Promise<void> {
  const there = new Map((await stage.list(prefix)).map(({ name, bytes }) => [name, bytes]));
  for (const { name, bytes } of parts) {
    const found = there.get(`${prefix}${name}`);
    if (found === bytes) continue;
    throw new LongshoreError(
      'STAGE_INCOMPLETE',
      found === undefined
        ? `The part ${prefix}${name} is not in the stage.`
        : `The part ${prefix}${name} has ${found} bytes in the stage where ${bytes} were put there.`,
      { file: stage.path(`${prefix}${name}`) },
    );
  }
}
