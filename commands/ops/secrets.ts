import type { Caller } from "../../src/domain/access/caller.ts";
import { type AnyOperation, anyOperation, type Target, targetName } from "../../src/domain/operation/operation.ts";
import { isElsewhere, placeFor, placeInWords } from "../../src/domain/operation/place.ts";
import { requestOperation } from "../../src/domain/operation/request.ts";
import type { App } from "../../src/domain/ports.ts";
import { repeatReport, requestReport } from "../../src/domain/report/report.ts";
import { Refusal } from "../../src/errors.ts";
import { cancelRotation } from "../../src/operations/cancel-rotation.ts";
import { rotateSecret } from "../../src/operations/rotate-secret.ts";
import { type Answered, type At, arg, command } from "../../src/slack/command.ts";
import { reply } from "../../templates/kit.ts";
import { operationArgs } from "./guarded.ts";
import { orRefused } from "./refused.ts";
import { where } from "./scale.ts";

/** Shows how old secrets are and how they are rotated; their values are never read. */
export const secrets = command({
  name: "/ops secrets",
  synonyms: ["secret"],
  summary: "Show secrets: age, last rotation, what is overdue; never a value",
  examples: ["/ops secrets", "/ops secrets postgres-password"],
  args: { secret: arg.optional(arg.target("secret")) },
  needs: "member",
  run: async ({ app, caller, args, at }) => {
    const only = args.secret ? { environment: args.secret.environment, name: args.secret.name } : null;
    const question = { kind: "secrets" as const, only };
    const report = await requestReport(app, { userId: caller.userId, asked: at, question });
    if (!isElsewhere(report.place, at)) return undefined;
    return { text: reply(`Looking. What is seen comes ${placeInWords(app, report.place)}.`) };
  },
  buttons: {
    "ops.report.again": async ({ app, about }) => {
      await repeatReport(app, about.id);
      return undefined;
    },
    "ops.rotate.open": async ({ app, caller, about, at }) =>
      plan({ app, caller, at }, anyOperation(rotateSecret), secretNamed(app, about.id), {}),
    "ops.cancel-rotation.open": async ({ app, caller, about, at }) =>
      plan({ app, caller, at }, anyOperation(cancelRotation), secretNamed(app, about.id), {}),
  },
});

/** Plans to give a secret a new value; the plan's card goes on from there. */
export const rotate = command({
  name: "/ops rotate",
  synonyms: ["rotate-secret", "renew"],
  summary: rotateSecret.summary,
  examples: ["/ops rotate postgres-password", '/ops rotate postgres-password --reason "left with a laptop"'],
  args: {
    secret: arg.target("secret"),
    ...operationArgs,
  },
  needs: "member",
  run: async ({ app, caller, at, args }) => plan({ app, caller, at }, anyOperation(rotateSecret), args.secret, args),
});

/** Plans to give up a rotation that got stuck. */
export const cancelRotationCommand = command({
  name: "/ops cancel-rotation",
  synonyms: ["unstick"],
  summary: cancelRotation.summary,
  examples: ["/ops cancel-rotation postgres-password"],
  args: {
    secret: arg.target("secret"),
    ...operationArgs,
  },
  needs: "member",
  run: async ({ app, caller, at, args }) => plan({ app, caller, at }, anyOperation(cancelRotation), args.secret, args),
});

/** After a breach: plans one rotation for each secret, each confirmed by typing its name. */
export const rotateAll = command({
  name: "/ops rotate-all",
  synonyms: ["breach"],
  summary: "After a breach: plan a rotation of every secret, each confirmed by typing its name",
  examples: ['/ops rotate-all --reason "laptop stolen"'],
  args: { reason: arg.option("reason", "text") },
  needs: "member",
  run: async ({ app, caller, at, args }) => {
    const { reason } = args;
    if (!reason?.trim()) {
      throw new Refusal("needs_reason", "Say why every secret is to be rotated.", 'Such as --reason "laptop stolen".');
    }
    const targets = secretTargets(app);
    if (targets.length === 0) {
      throw new Refusal("not_possible", "No secret is configured.", "Add them under `secrets` in the configuration.");
    }
    return orRefused(app, { by: caller.userId, what: "rotate all secrets", subject: "all secrets" }, async () => {
      const planned: string[] = [];
      const refused: string[] = [];
      for (const target of targets) {
        try {
          await ask({ app, caller, at }, anyOperation(rotateSecret), target, { reason, strict: true });
          planned.push(target.name);
        } catch (error) {
          if (!(error instanceof Refusal)) throw error;
          refused.push(`${targetName(target)}: ${error.message}`);
        }
      }
      if (planned.length === 0) throw new Refusal("not_allowed", refused[0] ?? "None may be rotated.");
      await app.audit.add({
        actor: caller.userId,
        action: "secrets.rotate-all",
        subject: "all secrets",
        details: { reason, planned, refused },
      });
      const place = placeFor(app, at, caller.userId);
      const rest = refused.length === 0 ? "" : ` Not planned: ${refused.join(" ")}`;
      return {
        text: reply(
          `Planning ${planned.length} ${planned.length === 1 ? "rotation" : "rotations"}, in this order: ${planned.join(", ")}. The plans come ${isElsewhere(place, at) ? placeInWords(app, place) : "here"}; each is confirmed by typing its name.${rest}`,
        ),
      };
    });
  },
});

interface Who {
  readonly app: App;
  readonly caller: Caller;
  readonly at: At;
}

interface Wish {
  readonly reason?: string | undefined;
  readonly change?: string | undefined;
  readonly yes?: boolean | undefined;
  readonly breakGlass?: string | undefined;
  readonly strict?: boolean;
}

async function plan(who: Who, operation: AnyOperation, target: Target, wish: Wish): Answered {
  const asked = { by: who.caller.userId, what: operation.verb, subject: targetName(target) };
  return orRefused(who.app, asked, async () => where(who.app, await ask(who, operation, target, wish), who.at));
}

function ask({ app, caller, at }: Who, operation: AnyOperation, target: Target, wish: Wish) {
  const { reason, change, breakGlass, yes, strict = false } = wish;
  return requestOperation(app, {
    operation,
    target,
    input: { strict },
    reason: reason ?? null,
    change,
    breakGlass,
    caller,
    asked: at,
    skipConfirm: yes === true,
  });
}

function secretNamed(app: App, name: string | undefined): Target {
  const found = secretTargets(app).find((one) => targetName(one) === name);
  if (found) return found;
  throw new Refusal("unknown_target", "This secret is no longer configured.", "See `/ops secrets`.");
}

/** Every secret of the catalog in each of its environments. */
function secretTargets(app: App): readonly Target[] {
  return app.config.resources
    .filter(({ kind }) => kind === "secret")
    .flatMap(({ name, runs }) =>
      runs.map((placement) => ({
        kind: "secret" as const,
        name,
        environment: placement.environment,
        production: app.config.environments.find((one) => one.name === placement.environment)?.production ?? true,
        placement,
      })),
    );
}
