import type { KnownBlock } from "@slack/types";
import { freshHours } from "../../src/domain/cost/costs.ts";
import type { CostAccount } from "../../src/domain/cost/settings.ts";
import {
  type CostFinding,
  costFindings,
  daySteps,
  moneyInWords,
  monthByPart,
  monthForecast,
  monthToDate,
  stepInWords,
} from "../../src/domain/cost/sight.ts";
import { countsOf, overall, stateWords } from "../../src/domain/health/diagnosis.ts";
import type { Inquiry } from "../../src/domain/inquiry/inquiry.ts";
import { actions, button, context, cut, fields, inert, moment, type Reply, reply, section } from "../kit.ts";
import { stateMarks } from "./diagnosis.ts";

const servicesShown = 12;
const findingsShown = 30;
/** What cannot be seen in the figures themselves. */
const late = "The bill runs up to 24 hours behind, and its days are UTC days.";

/** What an environment costs, or that it is being looked at. `account` is null where it is no longer watched. */
export function costsCard(inquiry: Inquiry<"costs">, account: CostAccount | null): Reply {
  const { id, found, question } = inquiry;
  const { environment } = question;
  if (found === null)
    return reply(`Looking at the costs of ${environment}…`, [
      section(`:mag: Looking at the costs of ${inert(environment)}…`),
    ]);
  if (account === null) return reply(`The costs of ${environment} are no longer watched.`);
  const { sight, readAt } = found;
  const known = (amount: number | null) => (amount === null ? "not known" : moneyInWords(amount, sight.unit));
  const findings = costFindings(account, sight, readAt);
  const [step] = daySteps(sight.days, readAt);
  const what = `Costs of ${environment}${account.only ? ` (${account.only.key}: ${account.only.value})` : ""}`;
  const blocks: KnownBlock[] = [
    section(`${stateMarks[overall(findings)]} *${inert(what)}* · ${countsOf(findings)}`),
    fields([
      ["Month to date", known(monthToDate(sight, readAt))],
      ["Forecast for the month", known(monthForecast(sight, readAt))],
      ["Yesterday", step ? inert(stepInWords(step, sight.unit)) : "not known"],
    ]),
  ];
  const rows = findings.slice(0, findingsShown).map(row);
  for (let start = 0; start < rows.length; start += 6) blocks.push(section(rows.slice(start, start + 6).join("\n")));
  if (findings.length > findingsShown) blocks.push(context(`${findings.length - findingsShown} more are not shown.`));
  const parts = monthByPart(sight.days, readAt);
  if (parts.length > 0) blocks.push(section(servicesText(parts, sight.unit)));
  if (sight.unknown.length > 0) blocks.push(section(unknownText(sight.unknown)));
  return reply(`${what}: ${known(monthToDate(sight, readAt))} this month, ${countsOf(findings)}`, [
    ...blocks,
    context(
      `Seen ${moment(readAt, "{time_secs}")} for <@${inquiry.askedBy}>. ${late} Each look costs about ${cents(sight.requests)}, so it is shown again for ${freshHours} hours.`,
    ),
    actions([button({ action: "ops.cost.again", text: "Look again", about: { id } })], "costs"),
  ]);
}

/** What the daily check has to tell: only what is over or not known. */
export function costsTold(inquiry: Inquiry<"costs">): Reply | null {
  const told = inquiry.found?.told ?? [];
  if (told.length === 0) return null;
  const { environment } = inquiry.question;
  const over = told.filter(({ state }) => state !== "unknown").length;
  const what =
    over > 0 ? `Costs of ${environment} are over what was planned` : `Costs of ${environment} could not be checked`;
  const unknown = inquiry.found?.sight.unknown ?? [];
  return reply(`${what}: ${told.map(({ title, detail }) => `${title} ${detail}`).join("; ")}`, [
    section(`${stateMarks[overall(told)]} *${inert(what)}*\n${told.slice(0, 15).map(row).join("\n")}`),
    ...(unknown.length > 0 ? [section(unknownText(unknown))] : []),
    context(`${late} Each reason is told once a day.`),
    actions([button({ action: "ops.cost.open", text: "Show all costs", about: { id: environment } })], "costs"),
  ]);
}

function row({ title, state, detail }: CostFinding): string {
  return `${stateMarks[state]} *${cut(inert(title), 100)}* ${stateWords[state]}: ${cut(inert(detail), 400)}`;
}

function servicesText(parts: readonly { readonly name: string; readonly amount: number }[], unit: string): string {
  const shown = parts.slice(0, servicesShown);
  const rest = parts.slice(servicesShown);
  const lines = shown.map(
    ({ name, amount }) => `${inert(cut(name || "Without a name", 80))}: ${moneyInWords(amount, unit)}`,
  );
  const sum = rest.reduce((total, { amount }) => total + amount, 0);
  if (rest.length > 0) lines.push(`${rest.length} more: ${moneyInWords(sum, unit)}`);
  return `*This month by service*\n${lines.join("\n")}`;
}

function unknownText(unknown: readonly string[]): string {
  return `${stateMarks.unknown} *Not known*\n${unknown.map((one) => cut(inert(one), 300)).join("\n")}`;
}

/** Cost Explorer charges 0.01 USD for each request (aws.amazon.com/aws-cost-management/aws-cost-explorer/pricing). */
function cents(requests: number): string {
  return `${(requests / 100).toFixed(2)} USD`;
}
