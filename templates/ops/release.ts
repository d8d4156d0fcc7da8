import type { KnownBlock } from "@slack/types";
import { stateWords } from "../../src/domain/health/diagnosis.ts";
import {
  comparedInWords,
  gateState,
  type ReleaseVerdict,
  verdictWords,
} from "../../src/domain/release-care/comparison.ts";
import { nextShares, shareInWords, stepVerdict } from "../../src/domain/release-care/steps.ts";
import type { ReleaseWatch } from "../../src/domain/release-care/watch.ts";
import { actions, button, context, cut, inert, moment, type Reply, reply, section } from "../kit.ts";
import { stateMarks } from "./diagnosis.ts";

const verdictMarks: Readonly<Record<ReleaseVerdict, string>> = {
  better: stateMarks.ok,
  same: stateMarks.ok,
  worse: stateMarks.critical,
  unknown: stateMarks.unknown,
};

/**
 * A deployment that is watched: how it compares with the time before, which gates hold, and its steps with what was seen
 * in each. `shares` are those of a canary that are offered while it is watched.
 */
export function releaseCard(watch: ReleaseWatch, title: string, shares: readonly number[] = []): Reply {
  const what = `${title} in ${watch.environment}${watch.version === null ? "" : `, ${watch.version}`}`;
  const { verdict, state } = watch;
  const until = moment(watch.untilAt, "{time}");
  const head =
    verdict === null
      ? `:eyes: *Watching ${inert(what)}* until ${until}`
      : `${verdictMarks[verdict]} *${inert(what)}*: ${isEarly(watch) ? "no figures to compare yet" : verdictWords[verdict]}${state === "running" ? `, watched until ${until}` : state === "stopped" ? ", no longer watched" : ""}`;
  const blocks: KnownBlock[] = [section(head)];
  if (watch.rows.length > 0) blocks.push(section(watch.rows.map((row) => inert(comparedInWords(row))).join("\n")));
  const gates = watch.gates.slice(0, 15).map(gateText);
  if (gates.length > 0) blocks.push(section(cut(gates.join("\n"), 2900)));
  const steps = watch.steps.map((step) => {
    const said = `${moment(step.at, "{time}")} ${inert(step.text)} – <@${step.byId}>`;
    const isOpen = state === "running" && step === watch.steps.at(-1);
    const mark = (step.broken ?? []).length > 0 ? `${stateMarks.critical} ` : "";
    return `${said} · ${mark}${isOpen ? "so far " : ""}${cut(inert(stepVerdict(step)), 200)}`;
  });
  if (steps.length > 0) blocks.push(section(cut(`*Steps*\n${steps.join("\n")}`, 2900)));
  const by = watch.byId === null ? "the deployment was seen" : `asked for by <@${watch.byId}>`;
  const seen = watch.lookedAt === null ? "not looked yet" : `seen ${moment(watch.lookedAt, "{time_secs}")}`;
  blocks.push(context(`Against the half hour before ${moment(watch.since, "{time}")}; ${by}; ${seen}`));
  const about = { id: watch.id };
  const canary =
    state === "running" ? nextShares(watch.steps, shares).map((share, place) => stepButton(watch, share, place)) : [];
  if (canary.length > 0) {
    blocks.push(
      context("A share of a canary is recorded here once it was set; nothing moves the traffic."),
      actions(canary, "canary"),
    );
  }
  blocks.push(
    actions(
      [
        ...(state === "running" ? [button({ action: "ops.release.stop", text: "Stop watching", about })] : []),
        rollBack(watch),
      ],
      "release",
    ),
  );
  return reply(`${what}: ${verdict === null ? "watched" : verdictWords[verdict]}`, blocks);
}

/** A deployment of just now has no figures of its own. */
function isEarly({ verdict, state }: ReleaseWatch): boolean {
  return verdict === "unknown" && state === "running";
}

/** Under the card: a gate does not hold. */
export function releaseGate(watch: ReleaseWatch): Reply {
  const broken = watch.gates.filter(({ state }) => state === "critical").map(gateText);
  const text = `A gate of ${inert(watch.service)} does not hold since its deployment.`;
  return reply(text, [section(`${text}\n${cut(broken.join("\n"), 2500)}`), actions([rollBack(watch)], "release")]);
}

/** Under the card: how it ended. */
export function releaseVerdictLine(watch: ReleaseWatch): Reply {
  const verdict = watch.verdict ?? "unknown";
  const held = gateState(watch.gates);
  const gates =
    held === "critical" ? "a gate does not hold" : held === "unknown" ? "its gates are not known" : "its gates hold";
  const figures = watch.rows.map((row) => inert(comparedInWords(row)));
  return reply(
    `${verdictMarks[verdict]} Watched until ${moment(watch.untilAt, "{time}")}: ${verdictWords[verdict]}, ${gates}. ${figures.join("; ")}`,
  );
}

function gateText({ title, state, detail }: ReleaseWatch["gates"][number]): string {
  return `${stateMarks[state]} *${cut(inert(title), 100)}* ${stateWords[state]}: ${cut(inert(detail), 250)}`;
}

/** Records that a share was set by hand; while it is worse than before it is asked whether that is meant. */
function stepButton(watch: ReleaseWatch, share: number, place: number) {
  const asks = watch.verdict === "worse" && share > 0;
  return button({
    // Slack wants each button of a row to have an action of its own.
    action: `ops.release.step-${place}`,
    text: share === 0 ? "Record: back to 0 %" : `Record ${share} %`,
    about: { id: `${watch.id}#${share}` },
    label: `Record ${shareInWords(share)} of ${watch.service}`,
    ...(asks
      ? {
          confirm: {
            title: "It is worse than before",
            text: "A gate does not hold, or a figure is worse. This only records what you set by hand.",
            yes: `Record ${share} %`,
            no: "Back",
          },
        }
      : {}),
  });
}

function rollBack(watch: ReleaseWatch) {
  const about = { id: `${watch.environment}/${watch.service}` };
  return button({
    action: "ops.rollback.open",
    text: "Roll back",
    about,
    ...(watch.verdict === "worse" ? { style: "danger" as const } : {}),
  });
}
