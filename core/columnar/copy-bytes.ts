/** Shorter values are copied by a loop of 4-byte steps, longer ones by `set`, whose call alone costs as much as 100 bytes. */
const LOOP_LIMIT = 128;

export const viewOf = (data: Uint8Array): DataView => new DataView(data.buffer, data.byteOffset, data.byteLength);

/** Copies `length` bytes between different arrays. The views are of the same bytes as the arrays. */
export function copyValue(
  from: Uint8Array,
  fromView: DataView,
  at: number,
  to: Uint8Array,
  toView: DataView,
  into: number,
  length: number,
): void {
  if (length > LOOP_LIMIT) {
    to.set(from.subarray(at, at + length), into);
  } else if (length >= 4) {
    const last = length - 4;
    for (let done = 0; done < last; done += 4) toView.setInt32(into + done, fromView.getInt32(at + done, true), true);
    toView.setInt32(into + last, fromView.getInt32(at + last, true), true);
  } else {
    for (let done = 0; done < length; done++) toView.setUint8(into + done, fromView.getUint8(at + done));
  }
}
