/** People who go on until what they ask for is taken, however often the bot dies meanwhile. */
import type { Act, JsonObject, MessageState } from "../../src/sandbox/page/protocol.ts";
import type { Bed } from "./bot-process.ts";
import { until } from "./person.ts";
import { everything } from "./whole-incident.ts";

/** While it is killed every few seconds on a busy machine, what was begun may take many beginnings. */
const patienceSeconds = 1200;
/** A commit that was on its way when the bot died is there after this long. */
const landingMilliseconds = 300;

type Place = Pick<Bed, "slack" | "recorded" | "person">;

/** Types a command; whether Slack got its acknowledgement. */
async function types(bed: Place, who: string, channel: string, line: string): Promise<boolean> {
  try {
    await bed.person(who).types(channel, line);
    return true;
  } catch {
    await new Promise((resolve) => setTimeout(resolve, landingMilliseconds));
    return false;
  }
}

/**
 * Declares an incident whose title has the word. Asks again only when it was not acknowledged and is not there;
 * throws when it was taken, and is not.
 */
export async function declares(bed: Place, word: string, who = "U0ANA"): Promise<void> {
  const count = async () =>
    (await bed.recorded.query("select 1 from incidents where title like $1", [`%${word}%`])).length;
  await until(
    `${word} to be declared`,
    async () => {
      const acknowledged = await types(bed, who, "#general", `/incident declare sev2 ${word} is down`);
      if ((await count()) > 0) return true;
      const answers = bed.person(who).told("#general");
      if (acknowledged && answers.some((answer) => answer.includes(`${word} is down* is declared`)))
        throw new Error(`${word} was acknowledged and is not recorded`);
      return false;
    },
    patienceSeconds,
  );
}

export interface Scaling {
  /** Written as its reason, by which it is found. */
  readonly word: string;
  readonly service: string;
  readonly count: number;
  /** Called once the confirmation was taken. */
  readonly onConfirmed?: () => void;
}

export interface OperationRow {
  readonly id: string;
  readonly code: string;
  readonly state: string;
  readonly outcome: string | null;
  readonly detail: string | null;
}

export function operationsOf(bed: Place, word: string): Promise<readonly OperationRow[]> {
  return bed.recorded.query<OperationRow & Record<string, unknown>>(
    "select id, code, state, facts->>'outcome' as outcome, facts->>'detail' as detail from operations where facts->>'reason' = $1",
    [word],
  );
}

/** Asks for a scaling, confirms its plan, and waits until it is over. */
export async function scales(bed: Place, scaling: Scaling, who = "U0ANA"): Promise<OperationRow> {
  const { word, service, count } = scaling;
  await until(
    `${word} to be asked`,
    async () => {
      const before = bed.person(who).told("#ops").length;
      const acknowledged = await types(bed, who, "#ops", `/ops scale ${service} ${count} --reason ${word}`);
      if ((await operationsOf(bed, word)).length > 0) return true;
      if (acknowledged && bed.person(who).told("#ops").length === before)
        throw new Error(`${word} was acknowledged and is not recorded`);
      return false;
    },
    patienceSeconds,
  );
  let [seen, jobs] = ["", ""];
  return await until(
    `${word} to be over`,
    async () => {
      const [row] = await operationsOf(bed, word);
      seen = JSON.stringify(row);
      jobs = JSON.stringify(
        await bed.recorded.query(
          "select data->>'name' as name, state, retry_count, start_after, heartbeat_on, now() as now from pgboss.job where data->'data'->>'operationId' = $1",
          [row?.id],
        ),
      );
      if (row?.state === "planned" && (await confirms(bed, row.code, who))) scaling.onConfirmed?.();
      return row && ["ended", "refused", "expired", "stale"].includes(row.state) ? row : null;
    },
    patienceSeconds,
    () => `${seen}. Jobs: ${jobs}`,
  );
}

/** Presses Confirm on an operation's card when it is there; whether that was acknowledged. */
async function confirms(bed: Place, code: string, who: string): Promise<boolean> {
  const card = cardsOf(bed, code).at(-1);
  const pressed = card ? pressing(card, "Confirm") : null;
  if (!pressed) return false;
  const answer = await bed.slack.act(who, pressed);
  return answer.ok;
}

/** The messages in #ops that show the operation with that code. */
export function cardsOf(bed: Place, code: string): readonly MessageState[] {
  const messages = bed.slack.channel("U0ANA", "C0OPS")?.messages ?? [];
  return messages.filter((message) => message.userId === "U0TOC" && message.text.startsWith(code));
}

function pressing(message: MessageState, label: string): Act | null {
  for (const block of message.blocks) {
    const elements = (block.elements ?? []) as readonly JsonObject[];
    const found = elements.find(
      (element) => element.type === "button" && (element.text as JsonObject | undefined)?.text === label,
    );
    if (found) {
      return {
        act: "click",
        in: { type: "message", channel: "C0OPS", ts: message.ts },
        blockId: String(block.block_id),
        actionId: String(found.action_id),
        value: found,
        state: {},
      };
    }
  }
  return null;
}

/** Every difference to an operation that was carried out once and verified; none when it was. */
export async function flawsOfScaling(bed: Place, { word }: Scaling): Promise<readonly string[]> {
  const rows = await operationsOf(bed, word);
  const [row] = rows;
  if (!row || rows.length !== 1) return [`${word}: recorded ${rows.length} times`];
  const flaws: string[] = [];
  if (row.outcome !== "verified") flaws.push(`${word}: ${row.state}, ${row.outcome}: ${row.detail}`);
  const cards = cardsOf(bed, row.code);
  if (cards.length !== 1) flaws.push(`${word}: ${cards.length} × card: ${cards.map((card) => card.text).join(" | ")}`);
  if (!/verified/i.test(cards.map(everything).join())) flaws.push(`${word}: the card shows ${cards[0]?.text}`);
  const audited = await bed.recorded.query<{ action: string; count: string }>(
    "select action, count(*) as count from audit where subject = $1 group by 1",
    [row.code],
  );
  for (const action of ["requested", "confirmed", "applying", "verifying", "verified"]) {
    const count = Number(audited.find((entry) => entry.action === `operation.${action}`)?.count ?? 0);
    if (count !== 1) flaws.push(`${word}: audited ${count} × ${action}`);
  }
  return flaws;
}
