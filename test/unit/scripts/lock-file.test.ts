import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../../dev/package-root';

interface Lock {
  packages: Record<
    string,
    { version?: string; optionalDependencies?: Record<string, string>; resolved?: string; hasInstallScript?: boolean }
  >;
}
const lock = JSON.parse(readFileSync(join(packageRoot, 'package-lock.json'), 'utf8')) as Lock;
const manifest = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as {
  allowScripts: Record<string, boolean>;
};

describe('package-lock.json', () => {
  it('holds the platform packages of every platform (if not: node scripts/complete-lock.mjs)', () => {
    const missing = Object.values(lock.packages).flatMap(({ optionalDependencies = {} }) =>
      Object.keys(optionalDependencies).filter(
        (name) => !Object.keys(lock.packages).some((path) => path.endsWith(`node_modules/${name}`)),
      ),
    );
    expect(missing).toEqual([]);
  });

  it('names no registry, so that everybody installs from their own', () => {
    expect(Object.values(lock.packages).filter(({ resolved }) => resolved)).toEqual([]);
  });

  it('has a decision in package.json on every package that wants to run a script when it is installed', () => {
    const wanting = Object.entries(lock.packages).filter(([, { hasInstallScript }]) => hasInstallScript);
    const names = wanting.map(([path]) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length));
    expect(names.filter((name) => !Object.hasOwn(manifest.allowScripts, name))).toEqual([]);
  });
});
