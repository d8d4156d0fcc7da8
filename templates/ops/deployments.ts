import type { Button, KnownBlock } from "@slack/types";
import type { Deployed, Deployments } from "../../src/domain/operation/deployments.ts";
import type { Rollout } from "../../src/domain/platform/releases.ts";
import { actions, button, context, cut, inert, moment, type Reply, reply, section } from "../kit.ts";
import { age } from "./figures.ts";
import { shortened } from "./operation-words.ts";
import { eventLines } from "./status.ts";

/** What was deployed: of one service in depth with its events, of all the newest, or that the look is under way. */
export function deploymentsCard(look: Deployments): Reply {
  const { target } = look.question;
  const what = target === null ? "all services" : `${target.name} in ${target.environment}`;
  if (look.found === null) {
    const text = `Looking at the deployments of ${what}…`;
    return reply(text, [section(`:mag: ${inert(text)}`)]);
  }
  const { services, at } = look.found;
  const only = target === null ? null : services[0];
  return reply(`Deployments of ${what}`, [
    section(`*Deployments of ${inert(what)}*`),
    ...(only ? inDepth(only) : ofAll(services)),
    context(`Seen ${moment(at, "{time_secs}")} for <@${look.askedBy}>`),
    actions([button({ action: "ops.deployments.again", text: "Look again", about: { id: look.id } })], "deployments"),
  ]);
}

const states: Readonly<Record<Rollout["state"], string>> = {
  "in-progress": ":large_blue_circle: in progress",
  succeeded: ":large_green_circle: went well",
  stopped: ":red_circle: stopped",
  "rolling-back": ":large_orange_circle: rolling back",
  "rolled-back": ":large_orange_circle: rolled back",
  "rollback-failed": ":red_circle: failed, and so did going back",
};

const rolloutsInSection = 5;

function inDepth(seen: Deployed): readonly KnownBlock[] {
  if (seen.trouble !== null) return [section(cut(`They could not be seen: ${inert(seen.trouble)}`, 1000))];
  if (seen.rollouts === null) return [section("Its platform does not say what was deployed.")];
  if (seen.rollouts.length === 0) return [section("No deployment is known.")];
  const now = seen.state === null ? "" : `It runs *${inert(seen.state.version)}*.`;
  const blocks: KnownBlock[] = [
    ...(now === "" ? [] : [section(now)]),
    ...seen.rollouts.map((rollout) => section(row(rollout), wayBack(seen, rollout))),
  ];
  if (seen.events.length > 0) blocks.push(section(`*Events of the last hour*\n${eventLines(seen.events)}`));
  return blocks;
}

const newestShown = 20;

function ofAll(services: readonly Deployed[]): readonly KnownBlock[] {
  if (services.length === 0) return [section("No service is configured. Add one under `services`.")];
  const all = services
    .flatMap((seen) => (seen.rollouts ?? []).map((rollout) => ({ seen, rollout })))
    .toSorted((left, right) => right.rollout.startedAt.getTime() - left.rollout.startedAt.getTime())
    .slice(0, newestShown);
  const blind = services.filter(({ rollouts }) => rollouts === null);
  const rows = all.map(({ seen, rollout }) => row(rollout, `${seen.name} (${seen.environment})`));
  const blocks: KnownBlock[] = rows.length === 0 ? [section("No deployment is known.")] : [];
  for (let start = 0; start < rows.length; start += rolloutsInSection)
    blocks.push(section(rows.slice(start, start + rolloutsInSection).join("\n")));
  for (const { name, environment, trouble } of blind) {
    const why = trouble ?? "its platform does not say what was deployed";
    blocks.push(context(cut(`:grey_question: ${inert(name)} (${inert(environment)}): ${inert(why)}`, 500)));
  }
  return blocks.slice(0, 40);
}

function row(rollout: Rollout, of: string | null = null): string {
  const images = rollout.images.map(({ image, digest }) => {
    const name = image.slice(image.lastIndexOf("/") + 1).replace(/@sha256:.*$/, "");
    return `${name}${digest === null ? "" : ` \`${digest.slice("sha256:".length, "sha256:".length + 12)}\``}`;
  });
  const took =
    rollout.endedAt === null ? "" : ` · took ${age((rollout.endedAt.getTime() - rollout.startedAt.getTime()) / 1000)}`;
  const why = rollout.reason !== null && rollout.state !== "succeeded" ? `\n${inert(shortened(rollout.reason))}` : "";
  const whose = of === null ? "" : `*${inert(of)}* `;
  return cut(
    `${states[rollout.state]} · ${whose}*${inert(rollout.version)}* ${inert(images.join(", "))} · ${moment(rollout.startedAt)}${took}${why}`,
    580,
  );
}

/** The way back to a version that went well and is not the current one. */
function wayBack({ name, environment, state }: Deployed, { state: ended, version }: Rollout): Button | undefined {
  if (state === null || state.notReleasable || ended !== "succeeded" || version === "" || version === state.version)
    return undefined;
  return button({
    action: "ops.rollback.open",
    text: "Roll back to this",
    about: { id: `${environment}/${name}@${version}` },
    label: `Roll ${name} back to ${version}`,
  });
}
