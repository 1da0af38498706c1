/** Values of a batch as people write them, for the keys in error messages. */
import type { ColumnVector } from '../../core/columnar/batch';
import { readInt128 } from '../../core/columnar/int128';
import { viewOf } from '../../core/columnar/copy-bytes';
import { dayText, timeText } from './tds-text';

/** Longest text that is shown. */
const SHOWN = 100;
const DAY_MICROS = 86_400_000_000n;

/** `NULL` where there is no value. */
export function valueText({ logical, validity, values }: ColumnVector, row: number): string {
  if (validity?.[row] === 0) return 'NULL';
  if ('offsets' in values) {
    const bytes = Buffer.from(values.data.buffer, values.data.byteOffset, values.data.byteLength);
    const value = bytes.subarray(values.offsets[row], values.offsets[row + 1]);
    const text =
      logical.kind === 'text' ? value.toString('utf8', 0, SHOWN * 4) : `0x${value.toString('hex', 0, SHOWN)}`;
    return text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text;
  }
  switch (logical.kind) {
    case 'uuid':
      return hexOf(values as Uint8Array, row).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
    case 'decimal':
      return decimalText(
        values instanceof BigInt64Array ? values[row]! : readInt128(viewOf(values as Uint8Array), row * 16),
        logical.scale,
      );
    case 'boolean':
      return values[row] === 1 ? '1' : '0';
    case 'date':
      return dayText(values[row] as number);
    case 'time':
      return timeText(Number(values[row]), 6);
    case 'timestamp':
    case 'timestamptz': {
      const micros = values[row] as bigint;
      const ofDay = ((micros % DAY_MICROS) + DAY_MICROS) % DAY_MICROS;
      return `${dayText(Number((micros - ofDay) / DAY_MICROS))} ${timeText(Number(ofDay), 6)}`;
    }
    default:
      return String(values[row]);
  }
}

const hexOf = (values: Uint8Array, row: number): string =>
  Buffer.from(values.buffer, values.byteOffset + row * 16, 16).toString('hex');

function decimalText(unscaled: bigint, scale: number): string {
  const digits = (unscaled < 0n ? -unscaled : unscaled).toString().padStart(scale + 1, '0');
  const whole = digits.slice(0, digits.length - scale);
  return `${unscaled < 0n ? '-' : ''}${whole}${scale > 0 ? `.${digits.slice(-scale)}` : ''}`;
}
