import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

function find(): string {
  let folder = __dirname;
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  return folder;
}

/** The folder that holds Longshore's package.json, whether the code runs from its sources or from dist/. */
export const packageRoot: string = find();
