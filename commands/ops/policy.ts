import type { Caller } from "../../src/domain/access/caller.ts";
import { acceptGroup } from "../../src/domain/access/group-binding.ts";
import { explain, rulesFor } from "../../src/domain/guard/explain.ts";
import { maySee } from "../../src/domain/incident/access.ts";
import { Refusal } from "../../src/errors.ts";
import { operations } from "../../src/operations/index.ts";
import { arg, command } from "../../src/slack/command.ts";
import { reply } from "../../templates/kit.ts";
import { explanation, policyList } from "../../templates/ops/policy.ts";
import { orRefused } from "./refused.ts";

/** Lists the rules that concern whoever asks. */
export const policy = command({
  name: "/ops policy",
  synonyms: ["rules", "rights"],
  summary: "List the rules of the policy that concern you",
  examples: ["/ops policy"],
  args: {},
  needs: "member",
  run: async ({ app, caller }) => ({ text: policyList(rulesFor(app.config.policy, caller)) }),
});

/** Has a handle stand for the user group that has it now. */
export const policyGroup = command({
  name: "/ops policy group",
  summary: "Let a group have the rights of a handle that was another group's; admins only",
  examples: ["/ops policy group @oncall"],
  args: { group: arg.name("<@group>") },
  needs: "member",
  fresh: ["/ops policy group"],
  run: async ({ app, caller, args }) => {
    const handle = args.group.trim().replace(/^@/, "").toLowerCase();
    return orRefused(app, { by: caller.userId, what: "let a group have rights", subject: `@${handle}` }, async () => {
      await acceptGroup(app, caller, handle);
      return { text: reply(`@${handle} stands for the group that has this handle now.`) };
    });
  },
});

/** Says which rule decides for a person, an operation and a target, and why; asks for nothing. */
export const policyExplain = command({
  name: "/ops policy explain",
  synonyms: ["explain", "can", "why"],
  summary: "Say whether somebody may do something, by which rule, and what holds it up now",
  examples: ["/ops policy explain me scale backend", "/ops policy explain @ana restart backend"],
  args: {
    person: arg.person(),
    action: arg.choice("<action>", () => [...new Set(operations.flatMap(({ verb, name }) => [verb, name]))]),
    target: arg.target("any"),
  },
  needs: "member",
  run: async ({ app, caller, args, at, named = [] }) => {
    const operation = operations.find(
      (one) => (one.verb === args.action || one.name === args.action) && one.targetKind === args.target.kind,
    );
    if (!operation) {
      const kinds = new Set(
        operations.filter((one) => one.verb === args.action || one.name === args.action).map((one) => one.targetKind),
      );
      throw new Refusal(
        "bad_argument",
        `${args.target.name} is a ${args.target.kind}, and ${args.action} works on a ${[...kinds].join(" or a ")}.`,
      );
    }
    const incident = at.channelId === null ? null : await app.incidents.byChannel(at.channelId);
    const seen = incident !== null && (await maySee(app, incident, caller.userId)) ? incident : null;
    const who = personMeant(args.person, caller, named);
    return { text: explanation(await explain(app, { caller: who, operation, target: args.target, incident: seen })) };
  },
});

function personMeant(userId: string, caller: Caller, named: readonly Caller[]): Caller {
  if (userId === caller.userId) return caller;
  const found = named.find((one) => one.userId === userId);
  if (found) return found;
  throw new Refusal("unknown_person", `Slack did not say who <@${userId}> is.`, "Try again in a moment.");
}
