/** Files up to this are loaded in one step. */
const SMALL_BYTES = 4 * 1024 * 1024;

export const isSmallFile = (bytes: number): boolean => bytes <= SMALL_BYTES;
