import type { VNode } from "preact";
import type { JsonObject } from "../../protocol.ts";
import { html } from "../html.ts";
import { numberAt, objectAt, objectsAt, stringAt, stringsAt } from "../json.ts";
import { niceTop } from "./nice-top.ts";

const width = 480;
const height = 200;
const left = 44;
const bottom = 24;
const head = 22;
const colors = 6;

interface Series {
  readonly name: string;
  readonly values: readonly number[];
}

/** A chart of data_visualization, drawn plainly; its figures can be read as a table too. */
export function Chart({ block }: { readonly block: JsonObject }): VNode {
  const chart = objectAt(block, "chart") ?? {};
  const title = stringAt(block, "title");
  const type = stringAt(chart, "type");
  if (type === "pie") return pie(title, chart);
  const config = objectAt(chart, "axis_config") ?? {};
  const categories = stringsAt(config, "categories");
  const series = objectsAt(chart, "series").map((item) => ({
    name: stringAt(item, "name"),
    values: categories.map((category) => {
      const point = objectsAt(item, "data").find((candidate) => stringAt(candidate, "label") === category);
      return point === undefined ? 0 : (numberAt(point, "value") ?? 0);
    }),
  }));
  return figure(
    title,
    plot(type, title, series, categories, config),
    legend(series.map(({ name }) => name)),
    figures(series, categories),
  );
}

function figure(title: string, drawing: VNode, key: VNode, table: VNode): VNode {
  return html`<figure class="chart">
    <figcaption>${title}</figcaption>
    ${drawing}${key}
    <details><summary>Figures</summary>${table}</details>
  </figure>`;
}

function plot(
  type: string,
  title: string,
  series: readonly Series[],
  categories: readonly string[],
  config: JsonObject,
): VNode {
  const all = series.flatMap(({ values }) => values);
  const top = niceTop(Math.max(0, ...all));
  const low = Math.min(0, ...all) < 0 ? -niceTop(-Math.min(...all)) : 0;
  const y = (value: number) => head + (height - bottom - head) * (1 - (value - low) / (top - low));
  const step = (width - left - 8) / Math.max(1, categories.length);
  const x = (index: number) => left + step * (index + 0.5);
  // There is no half an incident.
  const isCount = all.every(Number.isInteger);
  const marks = [low, (low + top) / 2, top].filter((mark) => !isCount || Number.isInteger(mark));
  const every = Math.ceil(categories.length / 8);
  return html`<svg viewBox=${`0 0 ${width} ${height + 18}`} role="img" aria-label=${title}>
    ${marks.map(
      (mark) => html`<line class="chart-grid" x1=${left} x2=${width - 8} y1=${y(mark)} y2=${y(mark)} />
        <text class="chart-words" x=${left - 6} y=${y(mark) + 4} text-anchor="end">${shortNumber(mark)}</text>`,
    )}
    ${categories.map((name, index) => index % every === 0 && html`<text class="chart-words" x=${x(index)} y=${height - 6} text-anchor="middle">${name}</text>`)}
    ${series.map((item, at) => {
      const color = at % colors;
      if (type === "bar") return bars(item, at, series.length, step, x, y);
      const points = item.values.map((value, index) => `${x(index)},${y(value)}`);
      const area = [`${x(0)},${y(low)}`, ...points, `${x(item.values.length - 1)},${y(low)}`].join(" ");
      return html`${type === "area" && html`<polygon class=${`chart-area chart-${color}`} points=${area} />`}
        <polyline class=${`chart-line chart-${color}`} points=${points.join(" ")} />
        ${item.values.map((value, index) => html`<circle class=${`chart-dot chart-${color}`} cx=${x(index)} cy=${y(value)} r="2.5" />`)}`;
    })}
    <text class="chart-words" x=${width / 2} y=${height + 12} text-anchor="middle">${stringAt(config, "x_label")}</text>
    <text class="chart-words" x="4" y="11">${stringAt(config, "y_label")}</text>
  </svg>`;
}

function bars(
  item: Series,
  at: number,
  count: number,
  step: number,
  x: (index: number) => number,
  y: (value: number) => number,
): readonly VNode[] {
  const wide = (step * 0.8) / count;
  return item.values.map((value, index) => {
    const from = Math.min(y(value), y(0));
    const tall = Math.max(1, Math.abs(y(value) - y(0)));
    return html`<rect class=${`chart-bar chart-${at % colors}`} x=${x(index) - step * 0.4 + wide * at} y=${from} width=${wide - 1} height=${tall} />`;
  });
}

function pie(title: string, chart: JsonObject): VNode {
  const segments = objectsAt(chart, "segments").map((segment) => ({
    name: stringAt(segment, "label"),
    value: numberAt(segment, "value") ?? 0,
  }));
  const sum = segments.reduce((total, { value }) => total + value, 0) || 1;
  let turned = 0;
  const slices = segments.map(({ value }, at) => {
    const start = turned;
    turned += value / sum;
    return html`<path class=${`chart-slice chart-${at % colors}`} d=${slice(start, turned)} />`;
  });
  const names = segments.map(({ name, value }) => `${name} ${Math.round((value / sum) * 100)} %`);
  const series = [{ name: "Value", values: segments.map(({ value }) => value) }];
  const drawing = html`<svg class="chart-pie" viewBox="-52 -52 104 104" role="img" aria-label=${title}>${slices}</svg>`;
  return figure(
    title,
    drawing,
    legend(names),
    figures(
      series,
      segments.map(({ name }) => name),
    ),
  );
}

function slice(start: number, end: number): string {
  const point = (part: number) => `${50 * Math.sin(2 * Math.PI * part)} ${-50 * Math.cos(2 * Math.PI * part)}`;
  if (end - start > 0.9999) return "M 0 -50 A 50 50 0 1 1 0 50 A 50 50 0 1 1 0 -50 Z";
  return `M 0 0 L ${point(start)} A 50 50 0 ${end - start > 0.5 ? 1 : 0} 1 ${point(end)} Z`;
}

function legend(names: readonly string[]): VNode {
  return html`<ul class="chart-key">${names.map((name, at) => html`<li><span class=${`chart-swatch chart-${at % colors}`}></span>${name}</li>`)}</ul>`;
}

function figures(series: readonly Series[], categories: readonly string[]): VNode {
  return html`<table>
    <thead><tr><th></th>${series.map(({ name }) => html`<th scope="col">${name}</th>`)}</tr></thead>
    <tbody>${categories.map((name, index) => html`<tr><th scope="row">${name}</th>${series.map(({ values }) => html`<td>${values[index]}</td>`)}</tr>`)}</tbody>
  </table>`;
}

function shortNumber(value: number): string {
  return new Intl.NumberFormat("en-GB", { notation: "compact", maximumFractionDigits: 1 }).format(value);
}
