/** The tree that files are dropped into, and what a path or a name in it says. Decided from names alone. */
import {
  FILE_LOAD_TYPES,
  type FileDataset,
  type FileLoadType,
  type FilePlacement,
  type TreeProblem,
} from '../types/drop';

/** Folders of the first level, by what they are for. */
export const DATASET_FOLDERS = {
  reference: 'reference_data_table',
  'none-reference': 'none_reference_data_table',
} as const satisfies Record<FileDataset, string>;

/** Folders in each drop folder that files are put away to. */
export const FILED_FOLDERS = ['processed', 'error'] as const;
export type FiledFolder = (typeof FILED_FOLDERS)[number];

/** Where files are dropped: the four folders, relative to the root, with slashes. */
export const DROP_PATHS: readonly string[] = Object.values(DATASET_FOLDERS).flatMap((dataset) =>
  FILE_LOAD_TYPES.map((loadType) => `${dataset}/${loadType}`),
);

/** Every folder of the tree, parents before children. */
export const TREE_PATHS: readonly string[] = [
  ...Object.values(DATASET_FOLDERS),
  ...DROP_PATHS.flatMap((path) => [path, ...FILED_FOLDERS.map((filed) => `${path}/${filed}`)]),
];

/** Names that Longshore gives to files of its own begin with this. */
export const OWN_PREFIX = '.longshore';

const EXPECTED = DROP_PATHS.map((path) => `${path}/`).join(', ');

/** What browsers, editors, copy and transfer programs append to names of files that they are still writing. */
const TEMPORARY = new Set(
  (
    'tmp temp part partial crdownload download opdownload filepart swp swo lock lck writing upload uploading ' +
    'inprogress in-progress in_progress incomplete'
  ).split(' '),
);
const SYSTEM = new Set([
  'thumbs.db',
  'desktop.ini',
  'system volume information',
  'lost+found',
  '$recycle.bin',
  '__macosx',
]);

/** Hidden files and files under temporary names: nobody means them to be loaded. */
export const isIgnoredName = (name: string): boolean =>
  name.startsWith('.') ||
  name.startsWith('~$') ||
  name.endsWith('~') ||
  TEMPORARY.has(extensionOf(name)) ||
  SYSTEM.has(name.toLowerCase());

/** `csv` of `x.CSV`; '' where there is none. */
export function extensionOf(name: string): string {
  const dot = name.lastIndexOf('.');
  return dot <= 0 ? '' : name.slice(dot + 1).toLowerCase();
}

/** Dataset that a folder of the first level is for; capitals do not matter. */
export const datasetOf = (folder: string): FileDataset | undefined =>
  (Object.entries(DATASET_FOLDERS) as [FileDataset, string][]).find(([, name]) => name === folder.toLowerCase())?.[0];

/** Load type that a folder of the second level is for; capitals do not matter. */
export const loadTypeOf = (folder: string): FileLoadType | undefined =>
  FILE_LOAD_TYPES.find((name) => name === folder.toLowerCase());

/** `processed` or `error`, if the folder is one of them; capitals do not matter. */
export const filedFolderOf = (folder: string): FiledFolder | undefined =>
  FILED_FOLDERS.find((name) => name === folder.toLowerCase());

/** A checker of names by their extensions; `['csv', '.TSV']` are meant without dot and in any case. */
export function extensionFilter(extensions: readonly string[]): (name: string) => boolean {
  const wanted = new Set(extensions.map((extension) => extension.replace(/^\./, '').toLowerCase()));
  // Most names end in one of these as they are written, and a scan asks for a hundred thousand of them.
  const endings = [...wanted].map((extension) => `.${extension}`);
  return (name) => {
    for (const ending of endings) if (name.endsWith(ending) && name.length > ending.length) return true;
    return wanted.has(extensionOf(name));
  };
}

export interface PlacementOptions {
  /** Extensions of files that are loaded. Left out: all. */
  extensions?: readonly string[];
}

/**
 * What a path, relative to the root and with slashes, says of a file: where it goes, that it is none to be loaded
 * (`ignored`: hidden, temporary, or put away already), or that it lies where nothing is looked for.
 */
export function placementOf(path: string, options: PlacementOptions = {}): FilePlacement | TreeProblem | 'ignored' {
  const segments = path.split('/');
  const name = segments.at(-1) ?? '';
  const folders = segments.slice(0, -1);
  if (folders.includes('..') || folders.includes('.') || folders.includes('') || name === '' || name === '..')
    return misplaced(path, 'leads out of the folder');
  if (isIgnoredName(name) || folders.some(isIgnoredName)) return 'ignored';
  const dataset = datasetOf(folders[0] ?? '');
  const loadType = loadTypeOf(folders[1] ?? '');
  const third = folders[2];
  if (dataset === undefined || loadType === undefined) return misplaced(path, whereInstead(folders));
  if (third !== undefined)
    return filedFolderOf(third) === undefined
      ? misplaced(path, `lies in the folder ${third}, in which nothing is looked for`)
      : 'ignored';
  if (options.extensions !== undefined && !extensionFilter(options.extensions)(name))
    return wrongExtension(path, options.extensions);
  return { dataset, loadType, name };
}

/** Whether `placementOf` found a place. */
export const isPlacement = (found: FilePlacement | TreeProblem | 'ignored'): found is FilePlacement =>
  found !== 'ignored' && 'dataset' in found;

/** The problem of something that lies where nothing is looked for; `why` continues `PATH …`. */
export const misplaced = (path: string, why: string): TreeProblem => ({
  path,
  code: 'misplaced',
  message: `${path} ${why}; it is not loaded. Files are dropped into ${EXPECTED}.`,
});

/** The problem of a file whose extension is not one of those wanted. */
export function wrongExtension(path: string, extensions: readonly string[]): TreeProblem {
  const found = extensionOf(path.slice(path.lastIndexOf('/') + 1));
  const what = found === '' ? 'has no extension' : `has the extension ${found}`;
  return {
    path,
    code: 'extension',
    message: `${path} ${what}; only ${extensions.join(', ')} are loaded. Rename it, or add the extension to \`extensions\`.`,
  };
}

function whereInstead(folders: readonly string[]): string {
  if (folders.length === 0) return 'lies beside the drop folders and not in one of them';
  if (datasetOf(folders[0] ?? '') === undefined) return `lies in the folder ${folders[0]}, which is none of the tree`;
  if (folders.length === 1) return `lies in ${folders[0]} and not in one of its folders ${FILE_LOAD_TYPES.join(', ')}`;
  return `lies in the folder ${folders[0]}/${folders[1]}, which is none of the tree`;
}
