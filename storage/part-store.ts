/** Where Parquet parts lie between extraction and load. A local folder now; an object store can take its place. */
export interface PartStore {
  /** The file of a part: always the same for the same names. Makes its folder. Throws STAGING_UNAVAILABLE. */
  path(runId: string, tableId: string, part: number): Promise<string>;
  /** Throws DISK_FULL, naming folder, free and needed, when writing `bytes` would leave less than the free room wanted. */
  reserve(bytes: number): Promise<void>;
  /** Whether the part is there, complete as far as its name says. */
  has(runId: string, tableId: string, part: number): Promise<boolean>;
  /** Throws PART_CORRUPT when the file is missing, or not the one that was written. */
  verify(runId: string, tableId: string, part: number, expected: { bytes: number; sha256: string }): Promise<void>;
  /** Removes one part, and what a crash left of it. Idempotent. */
  removePart(runId: string, tableId: string, part: number): Promise<void>;
  /** Removes everything of a run. Idempotent. */
  remove(runId: string): Promise<void>;
  /** Runs that have files here, oldest first. */
  leftovers(): Promise<Leftover[]>;
}

export interface Leftover {
  runId: string;
  files: number;
  bytes: number;
  modified: Date;
}

export interface LocalPartStoreOptions {
  root: string;
  /** Room that is to stay free on the disk. */
  minFreeBytes: number;
}

export function localPartStore(options: LocalPartStoreOptions): PartStore {
  void options;
  throw new Error('localPartStore');
}
