import type { App } from "../../src/domain/ports.ts";
import { Refusal, type RefusalCode } from "../../src/errors.ts";
import type { Answer } from "../../src/slack/command.ts";
import { refusalReply } from "../../templates/refusal.ts";

/** What is written down: somebody tried what they may not. */
const noted: readonly RefusalCode[] = ["not_allowed", "not_yours", "over_limit", "frozen", "outside_window"];

/**
 * Runs an ask and answers its refusal in words, writing down those for lack of rights. A refusal comes before
 * anything is recorded, so that committing what is written here commits nothing else.
 */
export async function orRefused(
  app: App,
  asked: { readonly by: string; readonly what: string; readonly subject: string },
  work: () => Promise<Answer | undefined>,
): Promise<Answer | undefined> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Refusal) || !noted.includes(error.code)) throw error;
    await app.audit.add({
      actor: asked.by,
      action: "access.refused",
      subject: asked.subject,
      details: { asked: asked.what, code: error.code, why: error.message },
    });
    return { text: refusalReply(error) };
  }
}
