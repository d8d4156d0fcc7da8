import type { KnownBlock } from "@slack/types";
import type { Reading, ReadingState } from "../../src/domain/health/health.ts";
import type { Incident } from "../../src/domain/incident/incident.ts";
import type { Watch } from "../../src/domain/incident/watch-records.ts";
import { shorten } from "../../src/domain/text.ts";
import {
  actions,
  button,
  context,
  inert,
  input,
  type Modal,
  modal,
  moment,
  type Reply,
  reply,
  section,
  textInput,
} from "../kit.ts";
import type { View } from "../views.ts";
import { named } from "./phrases.ts";

const marks: Readonly<Record<ReadingState, string>> = {
  ok: ":large_green_circle:",
  warning: ":large_yellow_circle:",
  critical: ":red_circle:",
  unknown: ":white_circle:",
};

/** The watch over the health of a resolved incident, as it goes. */
export const watchView: View = async (app, watchId) => {
  const watch = await app.watches.byId(watchId);
  return watch ? { reply: watchCard(watch) } : null;
};

export function watchCard(watch: Watch): Reply {
  const head = heading(watch);
  const blocks: KnownBlock[] = [
    section(`*${head}*${watch.reason && watch.state !== "running" ? `\n${reason(watch)}` : ""}`),
  ];
  const lines = watch.readings.slice(0, 20).map(line);
  if (lines.length > 0) blocks.push(context(lines.join("\n")));
  if (watch.state === "running" && watch.looks > 0 && lines.length === 0) {
    blocks.push(context("Nothing that is affected can be looked at from here."));
  }
  if (watch.state === "running") {
    blocks.push(
      actions([button({ action: "incident.watch-skip", text: "Skip the watch", about: { id: watch.incidentId } })]),
    );
  }
  return reply(head, blocks);
}

function heading(watch: Watch): string {
  const until = moment(watch.untilAt, "{time}");
  switch (watch.state) {
    case "running":
      return `Watching health until ${until}`;
    case "passed":
      return "Stayed healthy after resolving";
    case "red":
      return "Health went red after resolving";
    case "unknown":
      return "Health after resolving is not known";
    case "skipped":
      return "The watch over health was skipped";
    case "stopped":
      return "The watch over health ended early";
  }
}

function reason(watch: Watch): string {
  return inert(shorten(watch.reason ?? "", 1000));
}

function line(reading: Reading): string {
  return `${marks[reading.state]} ${inert(reading.title)}: ${reading.state === "unknown" ? "unknown, " : ""}${inert(shorten(reading.detail, 200))}`;
}

/** Asks why the watch is skipped. */
export function skipWatchForm(incident: Incident, channelId: string | null): Modal {
  const about = { id: incident.id, ...(channelId ? { channel: channelId } : {}) };
  return modal({ callback: "incident.watch-skip", title: "Skip the watch", submit: "Skip", about }, [
    context(`*${named(incident)}*`),
    input({ name: "reason", label: "Why", hint: "Everybody reads it." }, textInput({ multiline: true, focus: true })),
  ]);
}

/** The watch in a few words, for the incident's card; null while there is nothing to say. */
export function watchLine(watch: Watch | null): string | null {
  if (!watch || watch.state === "stopped") return null;
  return watch.state === "running"
    ? `health is watched until ${moment(watch.untilAt, "{time}")}`
    : heading(watch).toLowerCase();
}
