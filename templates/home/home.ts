import type { KnownBlock } from "@slack/types";
import { ticketsByItem } from "../../src/domain/action-item/tickets.ts";
import type { Configuration } from "../../src/domain/configuration.ts";
import { dayAt } from "../../src/domain/follow-up.ts";
import { maySee } from "../../src/domain/incident/access.ts";
import { type Incident, incidentName, isOpen } from "../../src/domain/incident/incident.ts";
import { everything } from "../../src/domain/incident/search.ts";
import { teamOnCall } from "../../src/domain/oncall/now.ts";
import { mayApprove } from "../../src/domain/operation/may-approve.ts";
import { operationInWords } from "../../src/domain/operation/record.ts";
import type { App } from "../../src/domain/ports.ts";
import { shorten } from "../../src/domain/text.ts";
import { trackersOf } from "../../src/domain/ticket/tracker.ts";
import { type ItemRow, itemRow } from "../incident/action-items.ts";
import { declareButton, incidentLine } from "../incident/list.ts";
import { named } from "../incident/phrases.ts";
import {
  actions,
  button,
  context,
  divider,
  header,
  inert,
  moment,
  option,
  overflow,
  person,
  type Reply,
  reply,
  section,
} from "../kit.ts";
import type { View } from "../views.ts";

/** One person's App Home: what is on fire, what waits for them, what they owe, and where to begin. */
export const homeView: View = async (app, userId) => {
  const seenBy = { userId };
  const open = await app.incidents.list({ open: true, limit: 50, seenBy });
  const query = { ...everything, state: "open", mine: true } as const;
  const mine = await app.search.page(query, seenBy, { offset: 0, limit: 50 });
  const { items } = await app.actionItems.page({ seenBy, ownerId: userId, open: true }, { offset: 0, limit: 50 });
  const today = dayAt(app.now, app.config.followUp);
  const incidents = new Map(
    (await app.incidents.byIds([...new Set(items.map((item) => item.incidentId))])).map((one) => [one.id, one]),
  );
  const tickets = await ticketsByItem(
    app,
    items.map((item) => item.id),
  );
  return {
    home: home({
      config: app.config,
      incidents: open,
      mine: new Set(mine.incidents.map(({ id }) => id)),
      approvals: await approvalsFor(app, userId),
      oncall: await onCallNow(app),
      postmortems: await postmortemsOf(app, userId),
      items: items.flatMap((item) => {
        const incident = incidents.get(item.incidentId);
        const overdue = item.dueOn !== null && item.dueOn < today;
        return incident ? [{ item, incident, overdue, ticket: tickets.get(item.id) ?? null }] : [];
      }),
    }),
  };
};

async function onCallNow(app: App): Promise<HomeFacts["oncall"]> {
  const teams: { readonly team: string; readonly userIds: readonly string[] }[] = [];
  for (const team of app.config.oncall.slice(0, mostTeams)) {
    const [first] = (await teamOnCall(app, team)).levels;
    teams.push({ team: team.name, userIds: first?.now.userIds ?? [] });
  }
  return teams;
}

/** Operations of others that wait for an approval this person may give, with the way to their plan. */
async function approvalsFor(app: App, userId: string): Promise<readonly Approval[]> {
  const waiting: Approval[] = [];
  for (const operation of await app.operations.list({ open: true, limit: 50 })) {
    if (!(await mayApprove(app, operation, userId))) continue;
    const incident = operation.incidentId === null ? null : await app.incidents.byId(operation.incidentId);
    if (incident && !(await maySee(app, incident, userId))) continue;
    const posted = await app.outbox.posted("ops.operation", operation.id);
    waiting.push({
      code: operation.code,
      what: operationInWords(operation),
      requesterId: operation.requesterId,
      requestedAt: operation.requestedAt,
      link: posted ? app.workspace.permalink(posted.channelId, posted.ts) : null,
    });
  }
  return waiting;
}

/** Post-mortems that wait for this person to be written, with the way to their checklist. */
async function postmortemsOf(app: App, userId: string): Promise<readonly OwedPostmortem[]> {
  const owed: OwedPostmortem[] = [];
  for (const { id, incidentId, dueAt } of await app.postmortems.owed(userId)) {
    const incident = await app.incidents.byId(incidentId);
    if (!incident || isOpen(incident) || !(await maySee(app, incident, userId))) continue;
    const posted = await app.outbox.posted("postmortem.card", id);
    const link = posted ? app.workspace.permalink(posted.channelId, posted.ts) : null;
    owed.push({ incident, dueAt, overdue: dueAt !== null && dueAt <= app.now, link });
  }
  return owed;
}

interface OwedPostmortem {
  readonly incident: Incident;
  readonly dueAt: Date | null;
  readonly overdue: boolean;
  /** Where its checklist is; null where it has none yet. */
  readonly link: string | null;
}

interface Approval {
  readonly code: string;
  readonly what: string;
  readonly requesterId: string;
  readonly requestedAt: Date;
  /** Where its plan is read and approved; null where it has no card. */
  readonly link: string | null;
}

export interface HomeFacts {
  readonly config: Configuration;
  readonly incidents: readonly Incident[];
  /** Ids of those the person declared, has a role in, or joined. */
  readonly mine: ReadonlySet<string>;
  readonly approvals: readonly Approval[];
  readonly items: readonly ItemRow[];
  /** What they are to write, the soonest due first. */
  readonly postmortems: readonly OwedPostmortem[];
  /** Who is called first in each team; nobody in a gap. */
  readonly oncall: readonly { readonly team: string; readonly userIds: readonly string[] }[];
}

// Each row is one block; together with the rest that stays under what a reply holds.
const mostIncidents = 20;
const mostApprovals = 5;
const mostItems = 12;
const mostPostmortems = 5;
const mostTeams = 8;

export function home({ config, incidents, mine, approvals, items, oncall, postmortems }: HomeFacts): Reply {
  const overdue = items.filter((row) => row.overdue).length;
  const own = incidents.filter(({ id }) => mine.has(id));
  const others = incidents.filter(({ id }) => !mine.has(id));
  const blocks: KnownBlock[] = [
    actions(
      [
        declareButton(),
        button({ action: "ops.scale.open", text: "Scale a service", about: { id: "home" } }),
        button({ action: "incident.stats", text: "Figures", about: { id: "home" } }),
      ],
      "begin",
    ),
  ];
  if (oncall.length > 0) {
    const teams = oncall.map(({ team, userIds }) => {
      const people = userIds.slice(0, 5).map((id) => person(id));
      return `${inert(team)} ${people.length > 0 ? people.join(", ") : "nobody"}`;
    });
    blocks.push(context(`*On call* · ${teams.join(" · ")}`));
  }
  if (approvals.length > 0) {
    blocks.push(header(`Waiting for approval (${approvals.length})`));
    blocks.push(...approvals.slice(0, mostApprovals).map(approvalRow), divider());
  }
  blocks.push(header(incidents.length === 0 ? "No open incident" : `Open incidents (${incidents.length})`));
  const shown = [...own, ...others].slice(0, mostIncidents);
  if (own.length > 0) blocks.push(context("*Yours*"));
  for (const [index, incident] of shown.entries()) {
    if (index === own.length && own.length > 0) blocks.push(context("*Others*"));
    blocks.push(incidentRow(config, incident));
  }
  if (incidents.length > shown.length)
    blocks.push(context(`${incidents.length - shown.length} more: type /incident list.`));
  if (postmortems.length > 0) {
    const lines = postmortems.slice(0, mostPostmortems).map(postmortemLine).join("\n");
    blocks.push(header("Post-mortems to write"), section(lines));
  }
  blocks.push(divider(), header(overdue > 0 ? `Your action items (${overdue} overdue)` : "Your action items"));
  if (items.length === 0) blocks.push(context("Nothing to do."));
  for (const row of items.slice(0, mostItems)) blocks.push(itemRow(row, trackersOf(config)));
  if (items.length > mostItems) blocks.push(context(`${items.length - mostItems} more: type /incident actions mine.`));
  return reply("Tocsin", blocks);
}

function incidentRow(config: Configuration, incident: Incident): KnownBlock {
  const act = (verb: string, text: string) =>
    option(text, JSON.stringify({ id: `${verb}/${incident.id}`, version: incident.version }));
  return section(
    `*${named(incident)}*\n${incidentLine(config, incident)}`,
    overflow("home.incident", [
      incident.times.acknowledgedAt ? act("role", "Roles") : act("acknowledge", "Acknowledge"),
      act("update", "Update"),
      act("resolve", "Resolve"),
      act("timeline", "Timeline"),
      act("join", "Join"),
    ]),
  );
}

function postmortemLine({ incident, dueAt, overdue, link }: OwedPostmortem): string {
  const due =
    dueAt === null ? "no date" : overdue ? `:warning: overdue since ${moment(dueAt)}` : `due ${moment(dueAt)}`;
  const way = link ? `<${link}|write it>` : `\`/incident postmortem ${incidentName(incident)}\``;
  return `• *${named(incident, 80)}* · ${due} · ${way}`;
}

function approvalRow({ code, what, requesterId, requestedAt, link }: Approval): KnownBlock {
  const way = link ? `<${link}|read the plan>` : `\`/ops show ${code}\``;
  return section(`\`${code}\` ${inert(shorten(what, 300))}\n${person(requesterId)} · ${moment(requestedAt)} · ${way}`);
}
