import type { KnownBlock } from "@slack/types";
import { type Condition, conditionOf, type Look, type ServiceSeen } from "../../src/domain/operation/look.ts";
import { actions, button, context, cut, fields, inert, moment, type Reply, reply, section } from "../kit.ts";
import { shortened } from "./operation-words.ts";

/** How services are: what a look saw, worst first, or that it is under way. */
export function statusCard(look: Look): Reply {
  if (look.found === null) {
    const what = look.service === null ? "all services" : `${look.service.name} in ${look.service.environment}`;
    return reply(`Looking at ${what}…`, [section(`:mag: Looking at ${inert(what)}…`)]);
  }
  const { services, at } = look.found;
  const only = services[0];
  const blocks = look.service !== null && only ? inDepth(only) : atAGlance(services);
  return reply(summary(services), [
    ...blocks,
    context(`Seen ${moment(at, "{time_secs}")} for <@${look.askedBy}>`),
    actions(
      [
        button({ action: "ops.status.again", text: "Look again", about: { id: look.id } }),
        ...(look.service === null
          ? []
          : [
              button({
                action: "ops.diagnose.open",
                text: "Diagnose",
                about: { id: `${look.service.environment}/${look.service.name}` },
              }),
            ]),
        ...(look.service === null || only?.state?.notScalable
          ? []
          : [
              button({
                action: "ops.scale.open",
                text: "Scale",
                about: { id: `${look.service.environment}/${look.service.name}` },
              }),
            ]),
      ],
      "status",
    ),
  ]);
}

const order: readonly Condition[] = ["down", "unknown", "degraded", "changing", "well"];
const marks: Readonly<Record<Condition, string>> = {
  down: ":red_circle:",
  unknown: ":grey_question:",
  degraded: ":large_orange_circle:",
  changing: ":large_blue_circle:",
  well: ":large_green_circle:",
};
const words: Readonly<Record<Condition, string>> = {
  down: "down",
  unknown: "could not be seen",
  degraded: "degraded",
  changing: "changing",
  well: "well",
};

function summary(services: readonly ServiceSeen[]): string {
  if (services.length === 0) return "No service is configured.";
  const counts = order
    .map((condition) => ({ condition, count: services.filter((one) => conditionOf(one) === condition).length }))
    .filter(({ count }) => count > 0);
  if (services.length === 1 && services[0]) return sentence(services[0].title, conditionOf(services[0]));
  return counts.map(({ condition, count }) => `${count} ${words[condition]}`).join(", ");
}

function sentence(what: string, condition: Condition): string {
  return condition === "unknown" ? `${what} ${words.unknown}` : `${what} is ${words[condition]}`;
}

function atAGlance(services: readonly ServiceSeen[]): KnownBlock[] {
  if (services.length === 0) return [section("No service is configured. Add one under `services`.")];
  const sorted = services.toSorted(
    (left, right) => order.indexOf(conditionOf(left)) - order.indexOf(conditionOf(right)),
  );
  const lines = sorted.map(
    (seen) => `${marks[conditionOf(seen)]} *${inert(seen.name)}* (${inert(seen.environment)}) ${oneLine(seen)}`,
  );
  const blocks: KnownBlock[] = [section(`*Services* · ${summary(services)}`)];
  for (let start = 0; start < lines.length; start += 15)
    blocks.push(section(lines.slice(start, start + 15).join("\n")));
  return blocks;
}

function oneLine(seen: ServiceSeen): string {
  const { state, balancer } = seen;
  if (state === null) return cut(inert(seen.trouble ?? "not seen"), 150);
  const rolling = state.deployments.find((deployment) => deployment.state !== "completed");
  const parts = [
    `${state.running} of ${state.desired} running${state.pending > 0 ? `, ${state.pending} pending` : ""}`,
    balancer === null ? null : `${balancer.healthy} of ${balancer.total} healthy`,
    inert(state.version),
    rolling ? `deployment ${rolling.state === "failed" ? "failed" : "in progress"}` : null,
  ];
  return parts.filter((part) => part !== null).join(" · ");
}

function inDepth(seen: ServiceSeen): KnownBlock[] {
  const condition = conditionOf(seen);
  const title = `${marks[condition]} ${sentence(`*${inert(seen.title)}* in ${inert(seen.environment)}`, condition)}`;
  const { state, autoscaling, balancer } = seen;
  if (state === null) return [section(title), section(cut(inert(seen.trouble ?? "It could not be seen."), 1000))];
  const blocks: KnownBlock[] = [
    section(title),
    fields([
      ["Running", `${state.running} of ${state.desired}${state.pending > 0 ? `, ${state.pending} pending` : ""}`],
      ["Version", inert(state.version)],
      ["Load balancer", balancer === null ? "none" : `${balancer.healthy} of ${balancer.total} healthy`],
      ["Last deployed", state.lastDeployedAt === null ? "not known" : moment(state.lastDeployedAt)],
      [
        "Autoscaling",
        autoscaling === null
          ? "none"
          : inert(
              `${autoscaling.min} to ${autoscaling.max}${autoscaling.policies.length > 0 ? `, ${autoscaling.policies.join(", ")}` : ""}${autoscaling.suspended ? ", suspended" : ""}`,
            ),
      ],
      ["Image", cut(inert(state.images.map((image) => image.slice(image.lastIndexOf("/") + 1)).join(", ")), 300)],
    ]),
  ];
  const rolling = state.deployments.filter((deployment) => deployment.state !== "completed");
  for (const deployment of rolling) {
    const failed = deployment.failed > 0 ? `, ${deployment.failed} failed` : "";
    blocks.push(
      section(
        `${deployment.state === "failed" ? ":x: Deployment failed" : ":arrows_counterclockwise: Deployment in progress"}: ${inert(deployment.version)}, ${deployment.running} of ${deployment.desired} running${failed}${deployment.reason ? `\n${inert(deployment.reason)}` : ""}`,
      ),
    );
  }
  if (state.notScalable !== null) blocks.push(context(`Cannot be scaled: ${inert(state.notScalable)}.`));
  if (seen.failures.length > 0)
    blocks.push(
      section(
        `*Stopped by themselves in the last hour*\n${lines(seen.failures.map((one) => ({ at: one.at, text: one.reason, trouble: true })))}`,
      ),
    );
  if (seen.events.length > 0) blocks.push(section(`*Events*\n${lines(seen.events)}`));
  return blocks;
}

function lines(events: readonly { readonly at: Date; readonly text: string; readonly trouble: boolean }[]): string {
  return events
    .slice(0, 8)
    .map(
      (event) =>
        `${moment(event.at, "{time_secs}")} ${event.trouble ? ":warning: " : ""}${cut(inert(shortened(event.text)), 250)}`,
    )
    .join("\n");
}
