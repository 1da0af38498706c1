/** What is no delimited text, whatever its name says. */
import { deflateRawSync, gzipSync } from 'node:zlib';
import { encodeText } from '../encode';
import { randomOf } from '../random';
import type { CorpusFile } from '../truth';

const latin = (text: string): Uint8Array => encodeText(text, 'iso-8859-1');
const noise = (name: string, length: number): Uint8Array => {
  const random = randomOf(name);
  return Uint8Array.from({ length }, () => random.int(0, 255));
};
const join = (...parts: readonly Uint8Array[]): Uint8Array => Uint8Array.from(Buffer.concat(parts));
const refused = (name: string, bytes: Uint8Array): CorpusFile => ({
  name: `refused-${name}`,
  bytes,
  truth: { encodings: [], bom: false, refused: true },
});

/** A zip archive's first entry, as far as anybody looks. */
function zip(entry: string): Uint8Array {
  const body = deflateRawSync(Buffer.from('<worksheet/>'.repeat(200)));
  const head = Buffer.alloc(30);
  head.write('PK\u0003\u0004', 'latin1');
  head.writeUInt16LE(20, 4);
  head.writeUInt16LE(8, 8);
  head.writeUInt32LE(body.length, 18);
  head.writeUInt32LE(2400, 22);
  head.writeUInt16LE(entry.length, 26);
  return join(head, latin(entry), body);
}

export function refusals(): CorpusFile[] {
  const page =
    '<!DOCTYPE html>\n<html><head><title>503 Service Unavailable</title></head>\n<body><h1>Service Unavailable</h1>\n<p>Please try again, later.</p></body></html>\n';
  return [
    refused('archive.csv', zip('data.csv')),
    refused('workbook.csv', zip('[Content_Types].xml')),
    refused(
      'old-workbook.csv',
      join(Uint8Array.of(0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1), noise('xls', 3000)),
    ),
    refused('compressed.csv', Uint8Array.from(gzipSync('a,b\n1,2\n'.repeat(500)))),
    refused(
      'document.csv',
      join(latin('%PDF-1.7\n%\u00e2\u00e3\u00cf\u00d3\n1 0 obj\n<< /Type /Catalog >>\nendobj\n'), noise('pdf', 2000)),
    ),
    refused('picture.csv', join(Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a), noise('png', 2000))),
    refused('photo.csv', join(Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 0, 16), latin('JFIF'), noise('jpg', 2000))),
    refused('columns.csv', join(latin('PAR1'), noise('parquet', 2000), latin('PAR1'))),
    refused('database.csv', join(latin('SQLite format 3\u0000'), noise('sqlite', 2000))),
    refused('program.csv', join(latin('\u007fELF'), Uint8Array.of(2, 1, 1, 0, 0, 0, 0, 0), noise('elf', 2000))),
    refused('noise.csv', noise('noise', 4000)),
    refused('zeros.csv', new Uint8Array(4096)),
    refused('page.csv', latin(page)),
    refused('page-lower.csv', latin(`\n  <html lang="en">\n<body>Not found, sorry</body>\n</html>`)),
    refused('page-utf16.csv', encodeText(page, 'utf-16le', true)),
  ];
}
