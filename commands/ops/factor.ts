import { removeOfAnother } from "../../src/domain/factor/enrol.ts";
import { makeLink } from "../../src/domain/factor/link.ts";
import { arg, command } from "../../src/slack/command.ts";
import { factorList, linkGone } from "../../templates/factor/messages.ts";
import { reply } from "../../templates/kit.ts";
import { orRefused } from "./refused.ts";

/** Shows a person their second factors, with the link to the page where they set one up. */
export const factor = command({
  name: "/ops factor",
  synonyms: ["factors", "2fa", "mfa", "totp", "otp", "passkey", "authenticator"],
  summary: "Set up the second factor that marked operations ask for: an authenticator app or a passkey",
  examples: ["/ops factor"],
  args: {},
  needs: "member",
  fresh: ["/ops factor"],
  run: async ({ app, caller }) => {
    const link = await makeLink(app, caller, null);
    await app.audit.add({ actor: caller.userId, action: "factor.asked", subject: caller.userId, details: {} });
    return {
      text: factorList(await app.factors.of(caller.userId), link),
      kept: linkGone("Type `/ops factor` again."),
    };
  },
});

/** Takes away the second factors of somebody who lost theirs. */
export const factorRemove = command({
  name: "/ops factor remove",
  synonyms: ["factor reset"],
  summary: "Take away the second factors of somebody who lost theirs; admins only, with a reason",
  examples: ['/ops factor remove @ben --reason "lost the phone"'],
  args: { person: arg.person(), reason: arg.option("reason", "text") },
  needs: "member",
  fresh: ["/ops factor remove"],
  run: async ({ app, caller, args }) =>
    orRefused(app, { by: caller.userId, what: "take away second factors", subject: args.person }, async () => {
      const removed = await removeOfAnother(app, caller, args.person, args.reason ?? null);
      const what = removed.length === 1 ? "The second factor" : `${removed.length} second factors`;
      return {
        text: reply(`${what} of <@${args.person}> ${removed.length === 1 ? "is" : "are"} taken away. They were told.`),
      };
    }),
});
