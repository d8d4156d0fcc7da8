/** How large an image is, in pixels, from its first bytes; null where they do not say. PNG, GIF and JPEG. */
export function imageSize(bytes: Uint8Array): { readonly width: number; readonly height: number } | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const starts = (...wanted: readonly number[]) => wanted.every((byte, index) => bytes[index] === byte);
  const sized = (width: number, height: number) => (width > 0 && height > 0 ? { width, height } : null);
  if (starts(0x89, 0x50, 0x4e, 0x47) && bytes.length >= 24) return sized(view.getUint32(16), view.getUint32(20));
  if (starts(0x47, 0x49, 0x46) && bytes.length >= 10) return sized(view.getUint16(6, true), view.getUint16(8, true));
  if (!starts(0xff, 0xd8)) return null;
  // A JPEG is a row of segments, each with its length; the one that begins its frame has the size.
  for (let at = 2; at + 9 < bytes.length && bytes[at] === 0xff; ) {
    const marker = bytes[at + 1] ?? 0;
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame) return sized(view.getUint16(at + 7), view.getUint16(at + 5));
    at += 2 + view.getUint16(at + 2);
  }
  return null;
}
