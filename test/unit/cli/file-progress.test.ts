import { fileProgress, progressLine } from '../../../cli/output/file-progress';
import { fakeIo } from './fake-io';

const total = { files: 10, bytes: 1_000_000 };

describe('progress among files', () => {
  it('says nothing of what is over in two seconds', () => {
    const io = fakeIo({ terminal: true });
    const progress = fileProgress(io, false, total);
    for (io.time = 0; io.time < 2000; io.time += 100) progress.bytes(10_000);
    progress.clear();
    expect(io.stderr).toBe('');
  });

  it('draws one line over itself a few times a second, and takes it away', () => {
    const io = fakeIo({ terminal: true });
    const progress = fileProgress(io, false, total);
    for (io.time = 0; io.time <= 4000; io.time += 50) progress.bytes(10_000);
    const drawn = io.stderr.split('\r\u001b[2K').slice(1);
    expect(drawn).toHaveLength(9);
    expect(drawn.every((line) => !line.includes('\n') && line.length < 80)).toBe(true);
    io.stderr = '';
    progress.clear();
    expect(io.stderr).toBe('\r\u001b[2K');
  });

  it.each([
    ['where nobody looks', {}, false],
    ['when it is to be quiet', { terminal: true }, true],
    ['on a terminal that cannot', { terminal: true, env: { TERM: 'dumb' } }, false],
  ])('says nothing %s', (_where, options, quiet) => {
    const io = fakeIo(options);
    const progress = fileProgress(io, quiet, total);
    io.time = 60_000;
    progress.bytes(1);
    progress.fileDone();
    progress.clear();
    expect(io.stderr).toBe('');
  });

  it('says how much is done and how long the rest takes', () => {
    expect(progressLine({ files: 3, bytes: 250_000 }, total, 5000)).toBe(
      '3 of 10 files, 250 kB of 1.0 MB, 50.0 kB/s, 15.0 s left',
    );
    expect(progressLine({ files: 0, bytes: 1_000_000 }, { files: 1, bytes: 1_000_000 }, 2000)).toBe(
      '1.0 MB of 1.0 MB, 500 kB/s',
    );
  });
});
