import { Refusal } from "../../errors.ts";
import { withoutSecrets } from "../capture/redact.ts";
import type { CostsFound, CostsQuestion } from "../cost/costs.ts";
import type { CertificatesFound, CertificatesQuestion } from "../health/certificates.ts";
import type { DiagnosisFound, DiagnosisQuestion } from "../health/diagnosis.ts";
import type { Picture } from "../health/picture.ts";
import type { StatusFound, StatusQuestion } from "../health/status.ts";
import type { Place } from "../intent.ts";
import type { LogsFound, LogsQuestion } from "../logs/logs.ts";
import type { DeploymentsFound, DeploymentsQuestion } from "../operation/deployments.ts";
import { type Asked, placeFor } from "../operation/place.ts";
import type { App } from "../ports.ts";
import type { ReviewFound, ReviewQuestion } from "../review/reviews.ts";
import type { EvidenceFound, EvidenceQuestion } from "../security/evidence.ts";

/** What is asked and what is found, for every kind of inquiry. */
export interface InquiryKinds {
  readonly diagnosis: { readonly question: DiagnosisQuestion; readonly found: DiagnosisFound };
  readonly status: { readonly question: StatusQuestion; readonly found: StatusFound };
  readonly deployments: { readonly question: DeploymentsQuestion; readonly found: DeploymentsFound };
  readonly logs: { readonly question: LogsQuestion; readonly found: LogsFound };
  readonly review: { readonly question: ReviewQuestion; readonly found: ReviewFound };
  readonly costs: { readonly question: CostsQuestion; readonly found: CostsFound };
  readonly evidence: { readonly question: EvidenceQuestion; readonly found: EvidenceFound };
  readonly certificates: { readonly question: CertificatesQuestion; readonly found: CertificatesFound };
}
export type InquiryKind = keyof InquiryKinds;

/** One ask for how something is. It is read in the background; its message is there at once and is edited when it was read. */
export interface Inquiry<K extends InquiryKind = InquiryKind> {
  readonly id: string;
  readonly kind: K;
  readonly askedBy: string;
  readonly askedAt: Date;
  readonly place: Place;
  /** The incident in whose channel it was asked, or for which it was made. */
  readonly incidentId: string | null;
  readonly question: InquiryKinds[K]["question"];
  /** What was found last, and when; null until then. */
  readonly found: (InquiryKinds[K]["found"] & { readonly at: Date }) | null;
}

export interface InquiryRecords {
  readonly insert: <K extends InquiryKind>(inquiry: Inquiry<K>) => Promise<void>;
  readonly byId: <K extends InquiryKind>(kind: K, id: string) => Promise<Inquiry<K> | null>;
  /** Those asked for an incident, newest first; at most a hundred. */
  readonly ofIncident: <K extends InquiryKind>(kind: K, incidentId: string) => Promise<readonly Inquiry<K>[]>;
  readonly found: <K extends InquiryKind>(
    id: string,
    found: InquiryKinds[K]["found"] & { readonly at: Date },
  ) => Promise<void>;
  /** Keeps the picture that goes with a diagnosis, in place of the one before. */
  readonly keepPicture: (id: string, picture: Picture) => Promise<void>;
  /** The picture that was kept last; null where there is none. */
  readonly picture: (id: string) => Promise<Picture | null>;
  readonly ask: <K extends InquiryKind>(id: string, question: InquiryKinds[K]["question"]) => Promise<void>;
}

/**
 * Records that somebody wants to know something, shows that it is being looked at, and has it read by the kind's job.
 * One made for an incident without anybody asking is shown only when it was read: its channel has enough to make first.
 */
export async function inquire<K extends InquiryKind>(
  app: App,
  kind: K,
  ask: {
    readonly userId: string;
    readonly question: InquiryKinds[K]["question"];
  } & ({ readonly asked: Asked } | { readonly forIncident: string }),
): Promise<Inquiry<K>> {
  const incident =
    "forIncident" in ask
      ? ask.forIncident
      : ask.asked.channelId === null
        ? null
        : ((await app.incidents.byChannel(ask.asked.channelId))?.id ?? null);
  const inquiry: Inquiry<K> = {
    id: app.newId(),
    kind,
    askedBy: ask.userId,
    askedAt: app.now,
    place: "forIncident" in ask ? { incident: ask.forIncident } : placeFor(app, ask.asked, ask.userId),
    incidentId: incident,
    question: ask.question,
    found: null,
  };
  await app.inquiries.insert(inquiry);
  if ("asked" in ask) await showInquiry(app, inquiry);
  await app.jobs.add("inquire", { inquiryId: inquiry.id, kind }, { key: inquiry.id });
  return inquiry;
}

/** Looks again at the same; the message is edited. Refuses one that is not known any more. */
export async function inquireAgain(app: App, kind: InquiryKind, id: string): Promise<void> {
  await inquiryById(app, kind, id);
  await app.jobs.add("inquire", { inquiryId: id, kind }, { key: id });
}

/** Finds an inquiry by its id; a button of one that is gone is told so. */
export async function inquiryById<K extends InquiryKind>(app: App, kind: K, id: string): Promise<Inquiry<K>> {
  const inquiry = await app.inquiries.byId(kind, id);
  if (inquiry === null) throw new Refusal("not_found", "This look is not known here any more.", "Ask again.");
  return inquiry;
}

/** What was found is kept and shown, by editing the message. */
export async function recordInquiry<K extends InquiryKind>(
  app: App,
  inquiry: Inquiry<K>,
  found: InquiryKinds[K]["found"],
): Promise<void> {
  await app.inquiries.found<K>(inquiry.id, { ...withoutSecrets(app.redact, found), at: app.now });
  await showInquiry(app, inquiry);
}

/** All that was found, as a file where it was asked; refuses while it is still being read. */
export async function sendInquiryFile(app: App, kind: InquiryKind, id: string): Promise<void> {
  const { found, place } = await inquiryById(app, kind, id);
  if (found === null) throw new Refusal("try_again", "It is still being looked at.", "Press again in a moment.");
  await app.outbox.add(
    { kind: "files", view: `ops.${kind}.file`, subject: id, place, once: `${id}/${found.at.getTime()}` },
    "answer",
  );
}

/** Draws its message anew. */
export async function showInquiry(app: App, inquiry: Inquiry): Promise<void> {
  const view = `ops.${inquiry.kind}`;
  const lane = "incident" in inquiry.place ? "normal" : "answer";
  await app.outbox.add({ kind: "card", view, subject: inquiry.id, place: inquiry.place }, lane);
}
