/** Characters by which a spreadsheet takes a cell for a formula (owasp.org/www-community/attacks/CSV_Injection). */
const formula = /^[=+\-@\t\r]/;

/** One table as CSV (RFC 4180): quoted where needed, and no cell begins a formula. */
export function csv(rows: readonly (readonly (string | number | null)[])[]): string {
  return `${rows.map((row) => row.map(cell).join(",")).join("\r\n")}\r\n`;
}

function cell(value: string | number | null): string {
  if (value === null) return "";
  if (typeof value === "number") return String(value);
  const inert = formula.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(inert) ? `"${inert.replaceAll('"', '""')}"` : inert;
}
