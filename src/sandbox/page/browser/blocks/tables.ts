import type { VNode } from "preact";
import { useState } from "preact/hooks";
import type { Json, JsonObject } from "../../protocol.ts";
import { type Child, h, html } from "../html.ts";
import { isObject, listAt, numberAt, objectsAt, stringAt, wordsAt } from "../json.ts";
import { RichText } from "./rich-text.ts";

function rowsOf(block: JsonObject): readonly (readonly JsonObject[])[] {
  return listAt(block, "rows").map((row) => (Array.isArray(row) ? (row as readonly Json[]).filter(isObject) : []));
}

function cellWords(cell: JsonObject): Child {
  if (stringAt(cell, "type") === "rich_text") return h(RichText, { block: cell });
  const value = cell.value;
  return stringAt(cell, "text") || (typeof value === "number" ? value.toLocaleString("en-GB") : "");
}

/** A table: Slack shows the first row as its head. */
export function Table({ block }: { readonly block: JsonObject }): VNode {
  const [head = [], ...rows] = rowsOf(block);
  const settings = listAt(block, "column_settings");
  const classOf = (column: number) => {
    const setting = settings[column];
    if (!isObject(setting)) return "align-left";
    return `align-${stringAt(setting, "align") || "left"} ${setting.is_wrapped === true ? "wrapped" : ""}`;
  };
  return html`<div class="table-frame" tabindex="0" role="group" aria-label="Table">
    <table>
      <thead><tr>${head.map((cell, column) => html`<th scope="col" class=${classOf(column)}>${cellWords(cell)}</th>`)}</tr></thead>
      <tbody>${rows.map((row) => html`<tr>${row.map((cell, column) => html`<td class=${classOf(column)}>${cellWords(cell)}</td>`)}</tr>`)}</tbody>
    </table>
  </div>`;
}

/** A data table has a caption and pages. */
export function DataTable({ block }: { readonly block: JsonObject }): VNode {
  const [page, setPage] = useState(0);
  const [head = [], ...rows] = rowsOf(block);
  const size = numberAt(block, "page_size") ?? 5;
  const headColumn = numberAt(block, "row_header_column_index") ?? 0;
  const pages = Math.max(1, Math.ceil(rows.length / size));
  const at = Math.min(page, pages - 1);
  const numeric = (cell: JsonObject) => (stringAt(cell, "type") === "raw_number" ? "align-right" : "align-left");
  return html`<div class="table-frame" tabindex="0" role="group" aria-label=${stringAt(block, "caption")}>
    <table>
      <caption>${stringAt(block, "caption")}</caption>
      <thead><tr>${head.map((cell) => html`<th scope="col">${cellWords(cell)}</th>`)}</tr></thead>
      <tbody>${rows
        .slice(at * size, (at + 1) * size)
        .map(
          (row) =>
            html`<tr>${row.map((cell, column) =>
              column === headColumn
                ? html`<th scope="row" class=${numeric(cell)}>${cellWords(cell)}</th>`
                : html`<td class=${numeric(cell)}>${cellWords(cell)}</td>`,
            )}</tr>`,
        )}</tbody>
    </table>
    ${
      pages > 1 &&
      html`<p class="pager">
        <button type="button" class="button" disabled=${at === 0} onClick=${() => setPage(at - 1)}>Previous</button>
        Page ${at + 1} of ${pages}
        <button type="button" class="button" disabled=${at === pages - 1} onClick=${() => setPage(at + 1)}>Next</button>
      </p>`
    }
  </div>`;
}

const taskMarks: Readonly<Record<string, string>> = { pending: "○", in_progress: "◐", complete: "✓", error: "✕" };

/** One step of a plan. */
export function TaskCard({ block }: { readonly block: JsonObject }): VNode {
  const status = stringAt(block, "status") || "pending";
  const parts = [block.details, block.output].filter(isObject);
  return html`<div class=${`task-card task-${status}`}>
    <span class="task-mark" role="img" aria-label=${status.replace("_", " ")}>${taskMarks[status] ?? "○"}</span>
    <div>
      <b>${wordsAt(block, "title")}</b>
      ${parts.map((rich) => h(RichText, { block: rich }))}
      ${objectsAt(block, "sources").map((source) => html`<a href=${stringAt(source, "url")} target="_blank" rel="noreferrer noopener">${stringAt(source, "text")}</a>`)}
    </div>
  </div>`;
}
