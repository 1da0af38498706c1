import { unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Warehouse } from '../../connectors/warehouse';
import type { MonthPart } from '../../core/types/month';
import { type FileContext, prefixOf } from './context';
import type { MonthDependencies } from './dependencies';

export interface Uploads {
  /** Resolves when there is room for another part on the disk. Throws what an upload failed with. */
  add(part: MonthPart): Promise<void>;
  finish(): Promise<void>;
  /** Resolves when nothing is under way any more, whatever came of it: nothing may appear in the stage after that. */
  settled(): Promise<void>;
}

/** Parts on their way into the stage: some at a time, each removed from the disk as soon as it is there. */
export function createUploads({
  batch,
  file,
  folder,
  warehouse,
  deps,
  signal,
}: FileContext & { warehouse: Warehouse; folder: string; deps: MonthDependencies; signal: AbortSignal }): Uploads {
  const underWay = new Set<Promise<void>>();
  let failure: { error: unknown } | undefined;

  async function upload({ part, name }: MonthPart): Promise<void> {
    const local = join(folder, name);
    await warehouse.stage.put(local, `${prefixOf(file)}${name}`, { signal });
    await deps.catalog.months.partUploaded(file.id, part);
    await unlink(local).catch(() => undefined);
  }

  const check = (): void => {
    if (failure) throw failure.error;
  };

  return {
    async add(part) {
      check();
      while (underWay.size >= batch.parallel.uploads) await Promise.race(underWay);
      check();
      const running: Promise<void> = upload(part)
        .catch((error: unknown) => void (failure ??= { error }))
        .finally(() => underWay.delete(running));
      underWay.add(running);
    },
    async settled() {
      await Promise.all(underWay);
    },
    async finish() {
      await Promise.all(underWay);
      check();
    },
  };
}
