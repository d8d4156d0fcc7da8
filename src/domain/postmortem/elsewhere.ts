import { Refusal } from "../../errors.ts";
import type { Caller } from "../access/caller.ts";
import type { Configuration } from "../configuration.ts";
import { askCounterpart, type Counterpart } from "../counterpart/counterpart.ts";
import { type Before, type Keeper, type Kept, keeper } from "../counterpart/keep.ts";
import { type Incident, incidentName } from "../incident/incident.ts";
import { keepTicket } from "../incident/ticket.ts";
import type { App } from "../ports.ts";
import { redrawPostmortem } from "./checklist.ts";
import type { Postmortem } from "./postmortem.ts";

/** Where published post-mortems are kept outside Slack. */
export type DestinationId = "confluence" | "notion" | "googleDocs" | "git";

export const destinationTitles: Readonly<Record<DestinationId, string>> = {
  confluence: "Confluence",
  notion: "Notion",
  googleDocs: "Google Docs",
  git: "Git",
};
const destinationIds = Object.keys(destinationTitles) as readonly DestinationId[];

/** A file that goes along with a post-mortem. */
export interface DestinationFile {
  readonly name: string;
  readonly mimetype: string;
  readonly content: Uint8Array;
}

/** An image where it stands in a document, and what stands there where the place does not take it. */
export interface ImageInPlace {
  readonly file: DestinationFile;
  readonly caption: string;
  readonly instead: object;
}

/** A post-mortem as one service wants it. */
export interface DestinationContents {
  readonly confluence: {
    readonly title: string;
    readonly edition: number;
    /** In Confluence's storage format; it names the files by `ri:filename`. */
    readonly body: string;
    readonly files: readonly DestinationFile[];
  };
  readonly notion: {
    readonly title: string;
    /** Blocks of Notion's API, each within its limits, and images where they stand. */
    readonly blocks: readonly (object | ImageInPlace)[];
  };
  readonly googleDocs: {
    readonly title: string;
    /** A Word file, which Drive makes a document of. */
    readonly document: Uint8Array;
  };
  readonly git: {
    /** Name of its folder, such as INC-42. */
    readonly folder: string;
    readonly message: string;
    /** Paths inside the folder. */
    readonly files: readonly DestinationFile[];
  };
}

/** What is asked of a place outside. Throws ProviderError where it says no, and what otherHands makes where people wrote. */
export interface Destination<S extends DestinationId = DestinationId> {
  readonly id: S;
  /** Makes it whole; what an attempt left unfinished is found by `find` and finished by it. */
  readonly create: (content: DestinationContents[S], mark: string) => Promise<Kept>;
  readonly find: (content: DestinationContents[S], mark: string, since: Date) => Promise<Kept | null>;
  /** Refuses where people changed what is there, unless it may be written over; what they wrote stays in its history. */
  readonly update: (key: string, content: DestinationContents[S], before: Before) => Promise<Kept>;
}

/** How a published post-mortem is drawn for each of them. */
export type DrawForDestination = {
  readonly [S in DestinationId]: (app: App, postmortemId: string) => Promise<DestinationContents[S]>;
};

/** Those this installation has. */
export function destinationsOf({ integrations }: Pick<Configuration, "integrations">): readonly DestinationId[] {
  return destinationIds.filter((id) => integrations[id]);
}

/** Why a post-mortem stays here; null where it may go there. Drills are kept out, and so is what is private unless configured. */
export function staysHere(
  app: Pick<App, "config">,
  incident: Incident,
  destination: DestinationId,
): "drill" | "private" | null {
  if (incident.kind === "drill") return "drill";
  return incident.isPrivate && !app.config.integrations[destination]?.private ? "private" : null;
}

/** Has the edition just published kept wherever the configuration says; what one of them does not take stops nothing. */
export async function keepElsewhere(app: App, postmortem: Postmortem, incident: Incident, by: string): Promise<void> {
  for (const service of destinationsOf(app.config)) {
    if (staysHere(app, incident, service) === null) await ask(app, postmortem, service, by);
  }
}

/** Tries once more in one place; `over` writes over what people changed there, and is recorded by who wanted it. */
export async function keepAgain(
  app: App,
  postmortem: Postmortem,
  incident: Incident,
  by: Caller,
  { word, over }: { readonly word: string; readonly over: boolean },
): Promise<void> {
  const service = destinationsOf(app.config).find((id) => id === word);
  if (!service) {
    throw new Refusal(
      "not_possible",
      "That place is not set up here any more.",
      "An administrator adds it under integrations in the configuration.",
    );
  }
  if (postmortem.edition === 0) throw new Refusal("not_possible", "The post-mortem is not published yet.");
  if (staysHere(app, incident, service) !== null)
    throw new Refusal("not_allowed", `${incidentName(incident)} is private; its post-mortem stays here.`);
  const before = await app.counterparts.find(service, postmortem.id);
  if (before && before.state !== "failed")
    throw new Refusal("already_done", `${destinationTitles[service]} has it, or is being asked.`);
  await ask(app, postmortem, service, by.userId, over);
  if (over) await record(app, incident, by.userId, "postmortem.written-over-elsewhere", service);
  await redrawPostmortem(app, incident.id);
}

function ask(
  app: App,
  { id, incidentId }: Postmortem,
  service: DestinationId,
  askedBy: string,
  over = false,
): Promise<void> {
  return askCounterpart(app, { service, subject: id, incidentId, askedBy }, { over });
}

/** How a published post-mortem is kept in one place. */
export function destinationKeeper<S extends DestinationId>(
  destination: Destination<S>,
  draw: (app: App, postmortemId: string) => Promise<DestinationContents[S]>,
): Keeper {
  return keeper<DestinationContents[S]>({
    service: destination.id,
    content: async (app, { subject }) => {
      const postmortem = await app.postmortems.byId(subject);
      const incident = postmortem && (await app.incidents.byId(postmortem.incidentId));
      if (!incident || postmortem.edition === 0 || staysHere(app, incident, destination.id) !== null) return null;
      return { content: await draw(app, subject), seal: String(postmortem.edition) };
    },
    find: destination.find,
    create: destination.create,
    update: destination.update,
    shown: async (app, row) => {
      const incident = row.incidentId === null ? null : await app.incidents.byId(row.incidentId);
      if (!incident) return;
      await redrawPostmortem(app, incident.id);
      await keepTicket(app, incident, row.askedBy);
      if (row.state === "failed")
        await record(app, incident, "tocsin", "postmortem.not-taken-elsewhere", destination.id, row);
      else if (row.state === "there" && row.attemptedAt === null && row.version !== null)
        await record(app, incident, row.askedBy, "postmortem.kept-elsewhere", destination.id, row);
    },
  });
}

async function record(
  app: App,
  incident: Incident,
  actor: string,
  action: string,
  service: DestinationId,
  row: Pick<Counterpart, "url" | "seal" | "trouble"> | null = null,
): Promise<void> {
  await app.audit.add({
    actor,
    action,
    subject: incidentName(incident),
    details: {
      service,
      ...(row ? { edition: row.seal, url: row.url, ...(row.trouble ? { trouble: row.trouble } : {}) } : {}),
    },
  });
}

/** Where the post-mortem is kept, and where it is not although it should be; oldest asked first. */
export async function placesOf(app: App, postmortemId: string): Promise<readonly Counterpart[]> {
  const all = await app.counterparts.ofSubjects([postmortemId]);
  return all.filter(({ service }) => destinationIds.some((id) => id === service));
}
