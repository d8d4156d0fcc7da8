import type { App } from "../ports.ts";
import type { Grounds } from "./causes.ts";
import type { MeasureName } from "./measures.ts";
import type { Finding, MetricSource } from "./thresholds.ts";

/** What a platform is asked to draw: a measure it has, or a metric that a threshold names. */
export type Drawable = MeasureName | MetricSource;

/** What of a diagnosis is worth a picture: a figure of something of the catalog, and in words how it stands. */
export interface PictureAsk {
  readonly target: { readonly name: string; readonly environment: string };
  readonly what: Drawable;
  /** CPU utilization of Backend API in production */
  readonly title: string;
  /** What the diagnosis says of it. */
  readonly detail: string;
}

/** A picture that was drawn, for the message of its diagnosis. */
export interface Picture extends Omit<PictureAsk, "target"> {
  /** PNG, in base 64. */
  readonly png: string;
}

/** The worst thing found that can be drawn, of what was asked about before what it needs; null where nothing is wrong with any. */
export function worthDrawing(
  all: readonly Grounds[],
  drawableOf: (of: Grounds, finding: Finding) => Drawable | null,
): PictureAsk | null {
  for (const state of ["critical", "warning"] as const) {
    for (const of of all) {
      for (const worst of of.findings.filter((one) => one.state === state)) {
        const what = drawableOf(of, worst);
        if (what === null) continue;
        const { name, environment } = of;
        const title = `${worst.title} of ${of.title} in ${environment}`;
        return { target: { name, environment }, what, title, detail: worst.detail };
      }
    }
  }
  return null;
}

/** Has it drawn in the background: the answer does not wait for it. */
export async function askPicture(app: App, inquiryId: string, ask: PictureAsk): Promise<void> {
  const clean = { ...ask, title: app.redact(ask.title), detail: app.redact(ask.detail) };
  await app.jobs.add("draw-diagnosis", { inquiryId, ask: clean }, { key: inquiryId });
}

/** Keeps what was drawn and puts it below the diagnosis, in place of the one before; not where it was looked at again since. */
export async function showPicture(
  app: App,
  inquiryId: string,
  { target, ...ask }: PictureAsk,
  png: Uint8Array,
): Promise<void> {
  const diagnosis = await app.inquiries.byId("diagnosis", inquiryId);
  if (!diagnosis?.found || !stillSays(diagnosis.found.findings, ask)) return;
  const { found, place } = diagnosis;
  await app.inquiries.keepPicture(inquiryId, { ...ask, png: Buffer.from(png).toString("base64") });
  await app.outbox.add(
    {
      kind: "files",
      view: "ops.diagnosis.picture",
      subject: inquiryId,
      place,
      once: `${inquiryId}/${found.at.getTime()}`,
      under: { card: "ops.diagnosis", subject: inquiryId },
      replaces: true,
    },
    "cosmetic",
  );
}

function stillSays(findings: readonly Finding[], ask: Pick<PictureAsk, "detail">): boolean {
  // What is only degraded says so after its own words.
  return findings.some(({ detail }) => detail.startsWith(ask.detail));
}
