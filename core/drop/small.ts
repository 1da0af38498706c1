/** Files up to this are loaded in one step. */
export const SMALL_BYTES = 4 * 1024 * 1024;

export const isSmallFile = (bytes: number): boolean => bytes <= SMALL_BYTES;

/** Appending in one step to a table with more rows than this would take longer to verify than to stage. */
export const MAX_APPENDED_TO = 200_000;
