import { inquire, inquireAgain } from "../../src/domain/inquiry/inquiry.ts";
import { isElsewhere, placeInWords } from "../../src/domain/operation/place.ts";
import { command } from "../../src/slack/command.ts";
import { reply } from "../../templates/kit.ts";

/** Says when the certificates of all configured https addresses end, the soonest first. */
export const certs = command({
  name: "/ops certs",
  synonyms: ["certificates", "tls", "ssl"],
  summary: "Show when the TLS certificates of the configured addresses end",
  examples: ["/ops certs"],
  args: {},
  needs: "member",
  run: async ({ app, caller, at }) => {
    const inquiry = await inquire(app, "certificates", { userId: caller.userId, asked: at, question: {} });
    if (!isElsewhere(inquiry.place, at)) return undefined;
    return { text: reply(`Looking. What is found comes ${placeInWords(app, inquiry.place)}.`) };
  },
  buttons: {
    "ops.certs.again": async ({ app, about }) => {
      await inquireAgain(app, "certificates", about.id);
      return undefined;
    },
  },
});
