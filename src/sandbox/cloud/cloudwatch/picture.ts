import { crc32, deflateSync } from "node:zlib";
import type { Series } from "./expression.ts";

type Colour = readonly [red: number, green: number, blue: number];

const colours: readonly Colour[] = [
  [31, 119, 180],
  [255, 127, 14],
  [44, 160, 44],
  [214, 39, 40],
  [148, 103, 189],
];
const grid: Colour = [225, 225, 225];
const axis: Colour = [120, 120, 120];
const margin = 24;

/** A line chart of series over the same time, as a PNG. */
export function drawChart(lines: readonly Series[], width: number, height: number): Buffer {
  const pixels = Buffer.alloc(width * height * 3, 255);
  function dot(x: number, y: number, [red, green, blue]: Colour): void {
    if (x < 0 || y < 0 || x >= width || y >= height) return;
    pixels.set([red, green, blue], (Math.round(y) * width + Math.round(x)) * 3);
  }
  function line(fromX: number, fromY: number, toX: number, toY: number, colour: Colour): void {
    const steps = Math.max(1, Math.ceil(Math.max(Math.abs(toX - fromX), Math.abs(toY - fromY))));
    for (let step = 0; step <= steps; step += 1) {
      const share = step / steps;
      dot(Math.round(fromX + (toX - fromX) * share), Math.round(fromY + (toY - fromY) * share), colour);
    }
  }

  const inner = { width: width - 2 * margin, height: height - 2 * margin };
  const points = lines.flatMap((one) => [...one]);
  const times = points.map(([at]) => at);
  const highest = Math.max(1e-9, ...points.map(([, value]) => value)) * 1.1;
  const [first, last] = [Math.min(...times), Math.max(...times)];
  const x = (at: number) => margin + (last > first ? ((at - first) / (last - first)) * inner.width : 0);
  const y = (value: number) => height - margin - (Math.max(0, value) / highest) * inner.height;

  for (let step = 1; step <= 4; step += 1) {
    const level = y((highest * step) / 4);
    line(margin, level, width - margin, level, grid);
  }
  line(margin, height - margin, width - margin, height - margin, axis);
  line(margin, margin, margin, height - margin, axis);
  lines.forEach((one, index) => {
    const sorted = [...one].sort(([before], [after]) => before - after);
    sorted.forEach(([at, value], position) => {
      const [previousAt, previous] = sorted[position - 1] ?? [at, value];
      line(x(previousAt), y(previous), x(at), y(value), colours[index % colours.length] ?? axis);
    });
  });
  return png(pixels, width, height);
}

function png(pixels: Buffer, width: number, height: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  // Eight bits a colour, true colour without transparency.
  header.set([8, 2, 0, 0, 0], 8);
  const rows = Buffer.alloc((width * 3 + 1) * height);
  for (let row = 0; row < height; row += 1) {
    pixels.copy(rows, row * (width * 3 + 1) + 1, row * width * 3, (row + 1) * width * 3);
  }
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([
    signature,
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(rows)),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}
