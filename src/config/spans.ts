/** Times as people write them, whose form was checked. */
const unitSeconds: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

export function seconds(text: string | undefined, otherwise: number): number {
  if (!text) return otherwise;
  return Number(text.slice(0, -1)) * (unitSeconds[text.slice(-1)] ?? Number.NaN);
}

export function minutes(text: string | undefined): number | null {
  return text && text !== "none" ? seconds(text, 0) / 60 : null;
}

export function hours(text: string | undefined): number | null {
  return text && text !== "none" ? seconds(text, 0) / 3600 : null;
}
