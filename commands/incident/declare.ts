import { type Declaration, declareIncident } from "../../src/domain/incident/declare.ts";
import type { Incident } from "../../src/domain/incident/incident.ts";
import { joinIncident } from "../../src/domain/incident/join.ts";
import { operationToDeclare } from "../../src/domain/operation/evidence.ts";
import { operationInWords, stateInWords } from "../../src/domain/operation/record.ts";
import { beginSecurityFlow } from "../../src/domain/security/checklist.ts";
import { cleanLine, cleanText, shorten } from "../../src/domain/text.ts";
import { declareRequested, requestTicket, ticketInstead } from "../../src/domain/ticket/request.ts";
import { readMoment } from "../../src/domain/time/typed-moment.ts";
import { plainWords } from "../../src/domain/timeline/capture.ts";
import { Refusal } from "../../src/errors.ts";
import { type Answer, type At, arg, type ButtonAsk, command, type FormAsk } from "../../src/slack/command.ts";
import { declared } from "../../templates/incident/answers.ts";
import { alikeMark, declareForm, joinedInstead } from "../../templates/incident/declare-form.ts";
import { ticketOnly } from "../../templates/incident/tickets.ts";
import { fromOperation, messageAbout, originOf } from "./origin.ts";
import type { Ask } from "./which.ts";

/** Declares an incident: in one line, by form, from a message, or from App Home. */
export const declare = command({
  name: "/incident declare",
  synonyms: ["new", "open", "create", "start"],
  summary: "Declare an incident: channel, card and announcement follow at once",
  examples: [
    "/incident declare sev2 API returns 500s",
    "/incident declare sev1",
    "/incident declare",
    "/incident declare sev1 Token leaked --type security",
    "/incident declare sev2 --started 20m API returns 500s",
    '/incident declare sev3 --started "yesterday 14:05" --resolved "yesterday 15:00" Reports were late',
  ],
  args: {
    severity: arg.optional(arg.severity()),
    title: arg.optional(arg.text("<title>")),
    private: arg.flag("private"),
    type: arg.option("type", "<security>"),
    started: arg.option("started", "<when>"),
    resolved: arg.option("resolved", "<when>"),
    quiet: arg.flag("quiet"),
    announce: arg.flag("announce"),
  },
  needs: "member",
  run: async (ask) => {
    const { severity, title } = ask.args;
    const isSecurity = securityMeant(ask.args.type);
    const isPrivate = isSecurity || ask.args.private === true;
    const after = afterTheFact(ask);
    if (!severity || !title) {
      return {
        modal: declareForm({
          config: ask.app.config,
          about: here(ask.at),
          ...(severity ? { severity } : {}),
          ...(title ? { title } : {}),
          isPrivate,
          isSecurity,
          ...after,
        }),
      };
    }
    const declaration: Declaration = {
      title,
      severity,
      summary: "",
      affected: [],
      commanderId: null,
      isPrivate,
      source: { kind: "command", permalink: null, text: null },
      seenAt: null,
      ...after,
    };
    return (
      (await onlyTicket(ask, declaration)) ??
      answer(ask, await declareIncident(ask.app, ask.caller, declaration), isSecurity)
    );
  },
  buttons: {
    "incident.declare": async ({ app, at }) => ({
      modal: declareForm({ config: app.config, about: { ...here(at), id: at.channelId ? "form" : "home" } }),
    }),
    "incident.declare-from-operation": async ({ app, at, about }) => {
      const operation = await operationToDeclare(app, about.id);
      const summary = cleanText(operation.detail ?? "");
      return {
        modal: declareForm({
          config: app.config,
          about: { ...here(at), id: `${fromOperation}${operation.id}` },
          title: shorten(cleanLine(`${operationInWords(operation)}: ${stateInWords(operation)}`), 150),
          affected: [operation.target.name],
          ...(summary ? { summary } : {}),
        }),
      };
    },
    "incident.declare.filled": filled,
    "incident.declare.requested": async ({ app, caller, about }) =>
      answer({ app, caller }, await declareRequested(app, caller, about.id)),
    "incident.declare.join": async ({ app, caller, about }) => ({
      modal: joinedInstead(await joinIncident(app, caller, about.id)),
    }),
  },
  forms: { "incident.declare": submit },
  shortcuts: {
    incident_declare: {
      name: "Declare an incident",
      type: "global",
      description: "Open the form that declares an incident",
      run: async ({ app }) => ({ modal: declareForm({ config: app.config, about: { id: "shortcut" } }) }),
    },
    incident_declare_from_message: {
      name: "Declare an incident",
      type: "message",
      description: "Declare an incident about this message",
      run: async ({ app, at }) => {
        const text = cleanText(await plainWords(app, at.message?.text ?? ""));
        return {
          modal: declareForm({
            config: app.config,
            about: messageAbout(at) ?? here(at),
            title: shorten(cleanLine(text.split("\n")[0] ?? ""), 150),
            summary: text,
          }),
        };
      },
    },
  },
});

/** What the options say of an incident that began earlier, or is over. */
function afterTheFact(ask: Ask & { readonly args: AfterTheFact }) {
  const { started, resolved, quiet, announce } = ask.args;
  const read = (typed: string | undefined, field: string): Date | null =>
    typed ? readMoment(typed, { now: ask.app.now, timezone: ask.caller.timezone, field }) : null;
  return {
    startedAt: read(started, "started"),
    resolvedAt: read(resolved, "resolved"),
    isSilent: quiet === true,
    isAnnounced: announce === true,
  };
}

interface AfterTheFact {
  readonly started: string | undefined;
  readonly resolved: string | undefined;
  readonly quiet: boolean | undefined;
  readonly announce: boolean | undefined;
}

async function submit(ask: FormAsk): Promise<Answer> {
  const { app, caller, about, values } = ask;
  const summary = values.text("summary") ?? "";
  const origin = await originOf(ask, summary);
  const declaration: Declaration = {
    ...origin.known,
    title: values.text("title") ?? "",
    severity: values.choice("severity") ?? "",
    summary,
    affected: values.choices("affected"),
    commanderId: values.user("commander"),
    isPrivate: values.ticked("private") || values.ticked("security"),
    kind: values.ticked("drill") ? "drill" : "real",
    startedAt: values.moment("started") ?? origin.known.startedAt ?? null,
    resolvedAt: values.moment("resolved"),
    isSilent: values.ticked("quiet"),
    isAnnounced: values.ticked("announce"),
  };
  const ticket = await onlyTicket({ app, caller }, declaration);
  if (ticket) return ticket;
  const incident = await declareIncident(app, caller, declaration);
  await origin.after(incident);
  if (about.id === "home") await app.outbox.add({ kind: "home", userId: caller.userId }, "answer");
  return answer({ app, caller }, incident, values.ticked("security"));
}

/** Title or what is affected changed in the open form: it names what is open and alike. Private incidents never stand there. */
async function filled({ app, form, values }: ButtonAsk): Promise<Answer | undefined> {
  if (!form) return undefined;
  const title = values.text("title") ?? "";
  const affected = values.choices("affected");
  const alike =
    title.length < 3 && affected.length === 0
      ? []
      : await app.search.similar({ title, affected, exceptId: null }, "anyone", 3);
  if (alikeMark(alike) === (form.version ?? 0)) return undefined;
  return {
    modal: declareForm({
      config: app.config,
      about: form,
      severity: values.choice("severity"),
      title,
      summary: values.text("summary") ?? "",
      affected,
      commanderId: values.user("commander"),
      isPrivate: values.ticked("private"),
      isSecurity: values.ticked("security"),
      drill: values.ticked("drill"),
      startedAt: values.moment("started"),
      resolvedAt: values.moment("resolved"),
      isSilent: values.ticked("quiet"),
      isAnnounced: values.ticked("announce"),
      alike,
    }),
  };
}

/** What is said where the severity opens nothing but a ticket; null where it becomes an incident. */
async function onlyTicket(
  { app, caller }: Pick<FormAsk, "app" | "caller">,
  declaration: Declaration,
): Promise<Answer | null> {
  const tracker = ticketInstead(app.config, declaration);
  if (!tracker) return null;
  const request = await requestTicket(app, caller, declaration, tracker);
  return { text: ticketOnly(request, null, null) };
}

function securityMeant(type: string | undefined): boolean {
  if (type === undefined) return false;
  if (type.toLowerCase() === "security") return true;
  throw new Refusal(
    "unknown_option",
    `There is no type “${type.slice(0, 40)}”.`,
    "Write --type security, or leave it out.",
  );
}

export async function answer(
  { app, caller }: Pick<FormAsk, "app" | "caller">,
  incident: Incident,
  isSecurity = false,
): Promise<Answer> {
  if (isSecurity) await beginSecurityFlow(app, caller, incident.id);
  const to = { title: incident.title, affected: incident.affected, exceptId: incident.id };
  return { text: declared(incident, await app.search.similar(to, caller, 3)) };
}

export function here(at: At): { readonly id: string; readonly channel?: string } {
  return { id: "form", ...(at.channelId ? { channel: at.channelId } : {}) };
}
