import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { packageRoot } from '../../../dev/package-root';

interface Service {
  image?: string;
  build?: { context: string; dockerfile: string };
  depends_on?: Record<string, { condition: string }>;
  volumes?: string[];
  healthcheck?: unknown;
}

const compose = parse(readFileSync(join(packageRoot, 'docker-compose.yml'), 'utf8'), { merge: true }) as {
  services: Record<string, Service>;
  volumes: Record<string, unknown>;
};
const services = Object.entries(compose.services);

describe('docker-compose.yml', () => {
  it.each([
    ['temporal', 'temporalio/auto-setup'],
    ['temporal-ui', 'temporalio/ui'],
    ['postgres', 'postgres:18'],
    ['mssql', 'mssql/server:2022'],
    ['mail', 'mailpit'],
  ])('brings %s from %s', (name, image) => {
    expect(compose.services[name]?.image).toContain(image);
  });

  it('builds the worker from a Dockerfile that exists', () => {
    expect(existsSync(join(packageRoot, compose.services.worker!.build!.dockerfile))).toBe(true);
  });

  it('pins every image to a version, so that it is tomorrow what it is today', () => {
    for (const [name, { image }] of services)
      expect([name, image ?? 'built:here']).toEqual([name, expect.stringMatching(/:(?!latest$)\S+$/)]);
  });

  it('waits only for services that are there and can say that they are healthy', () => {
    for (const [, { depends_on: needs = {} }] of services) {
      for (const [name, { condition }] of Object.entries(needs)) {
        expect(condition).toBe('service_healthy');
        expect(compose.services[name]?.healthcheck).toBeDefined();
      }
    }
  });

  it('declares every volume that it uses, and mounts only folders that exist', () => {
    const sources = services
      .flatMap(([, { volumes = [] }]) => volumes)
      .filter((volume) => !volume.startsWith('$'))
      .map((volume) => volume.split(':')[0]!);
    const isThere = (source: string): boolean =>
      source.startsWith('./') ? existsSync(join(packageRoot, source)) : source in compose.volumes;
    expect(sources.filter((source) => !isThere(source))).toEqual([]);
  });
});
