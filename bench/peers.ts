/** The tools that people use today, installed from PyPI into a cache of their own the first time they are wanted. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { shell, type Sample } from './measure';

const VENV = join(process.env.LONGSHORE_CACHE ?? join(homedir(), '.cache', 'longshore'), 'bench-peers');

/** The package that carries the program does not say where, so its starter would try to download it. */
const SLING_BINARY = join(VENV, 'sling');

export interface Peer {
  name: string;
  version: string;
  /** How many times faster Longshore is to be. */
  timesFaster: number;
  run(source: string, target: string, table: string): Promise<Sample>;
}

export async function findPeers(): Promise<{ peers: Peer[]; missing: string[] }> {
  if (!existsSync(SLING_BINARY)) {
    mkdirSync(VENV, { recursive: true });
    process.stderr.write('installing sling and dlt\n');
    const install = `set -e; python3 -m venv "${VENV}"; "${VENV}/bin/pip" install -q sling==1.4.11 sling-linux-amd64==1.4.11 'dlt[postgres]' connectorx pyarrow sqlalchemy psycopg2-binary 'psycopg[binary]'; ln -sf "$(find "${VENV}" -name sling-linux-amd64 -type f | head -1)" "${SLING_BINARY}"`;
    if (
      await shell(install).then(
        () => false,
        () => true,
      )
    )
      return { peers: [], missing: ['sling', 'dlt'] };
  }
  return { peers: [sling, dlt], missing: [] };
}

const sling: Peer = {
  name: 'sling',
  version: 'sling 1.4.11, full refresh',
  timesFaster: 2.5,
  run: (source, target, table) =>
    shell(
      `"${SLING_BINARY}" run --src-conn SRC --src-stream public.${table} --tgt-conn DST --tgt-object public.${table} --mode full-refresh`,
      {
        SRC: `${source}?sslmode=disable`,
        DST: `${target}?sslmode=disable`,
        SLING_DISABLE_TELEMETRY: 'true',
      },
    ),
};

const PIPELINE = `
import sys, dlt
from dlt.sources.sql_database import sql_table
source, target, table = sys.argv[1:]
resource = sql_table(credentials=source, table=table, schema="public", backend="pyarrow", chunk_size=100000)
pipeline = dlt.pipeline(pipeline_name="bench", destination=dlt.destinations.postgres(credentials=target), dataset_name="bench")
pipeline.run(resource, write_disposition="replace")
`;

const dlt: Peer = {
  name: 'dlt',
  version: 'dlt, sql_table with pyarrow, replace',
  timesFaster: 5,
  run(source, target, table) {
    const script = join(tmpdir(), 'longshore-bench-dlt.py');
    writeFileSync(script, PIPELINE);
    return shell(`rm -rf ~/.dlt/pipelines/bench; "${VENV}/bin/python" "${script}" "${source}" "${target}" ${table}`, {
      RUNTIME__DLTHUB_TELEMETRY: 'false',
      DO_NOT_TRACK: '1',
    });
  },
};
