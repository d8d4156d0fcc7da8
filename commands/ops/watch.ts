import { changeNamed, mustBeUnderWay } from "../../src/domain/change/tie.ts";
import { isElsewhere, placeInWords } from "../../src/domain/operation/place.ts";
import { shareInWords } from "../../src/domain/release-care/steps.ts";
import {
  deploymentsPlace,
  recordStep,
  startReleaseWatch,
  stopReleaseWatch,
  tieWatch,
} from "../../src/domain/release-care/watch.ts";
import { Refusal } from "../../src/errors.ts";
import { type Answered, arg, type ButtonAsk, command } from "../../src/slack/command.ts";
import { reply } from "../../templates/kit.ts";

/** Watches a service after a deployment: against its gates and the time before, with a verdict at the end. */
export const watch = command({
  name: "/ops watch",
  synonyms: ["watch-deployment", "bake"],
  summary: "Watch a service after a deployment: gates, and figures against the time before",
  examples: [
    "/ops watch backend",
    "/ops watch backend --for 15m",
    '/ops watch backend --step "canary 10 %"',
    "/ops watch backend --change CHG-12",
  ],
  args: {
    service: arg.target("service"),
    for: arg.option("for", "30m"),
    step: arg.option("step", "text"),
    change: arg.option("change", "CHG-n"),
  },
  needs: "member",
  run: async ({ app, caller, args, at }) => {
    const { name: service, environment } = args.service;
    const running = await app.releaseWatches.running(service, environment);
    const minutes = args.for === undefined ? undefined : minutesOf(args.for);
    const change = args.change === undefined ? null : await changeNamed(app, args.change);
    if (change !== null) mustBeUnderWay(app, change, args.service);
    const goesOn = running !== null && minutes === undefined && (args.step !== undefined || change !== null);
    const watched = goesOn
      ? change === null
        ? running
        : await tieWatch(app, running, change.id)
      : await startReleaseWatch(app, {
          service,
          environment,
          version: null,
          byId: caller.userId,
          ...(minutes === undefined ? {} : { minutes }),
          changeId: change?.id ?? null,
        });
    if (args.step !== undefined) await recordStep(app, watched.id, args.step, caller.userId);
    const place = deploymentsPlace(app);
    return isElsewhere(place, at)
      ? { text: reply(`Watching ${service} in ${environment}. How it goes is shown ${placeInWords(app, place)}.`) }
      : undefined;
  },
  buttons: {
    "ops.release.stop": async ({ app, caller, about }) => {
      const found = await app.releaseWatches.byId(about.id);
      if (found?.state !== "running") throw new Refusal("already_done", "This deployment is no longer watched.");
      await stopReleaseWatch(app, found, caller.userId);
      return undefined;
    },
    // One for each place in the row of buttons: as many shares as the configuration may name, and the way back.
    ...Object.fromEntries(Array.from({ length: 9 }, (_, place) => [`ops.release.step-${place}`, stepped])),
  },
});

/** Records that somebody set a share of a canary by hand. */
async function stepped({ app, caller, about }: ButtonAsk): Answered {
  const [id = "", share = ""] = about.id.split("#");
  if (!/^\d{1,3}$/.test(share)) throw new Refusal("stale", "This button is out of date.", "Look at the newest card.");
  await recordStep(app, id, shareInWords(Number(share)), caller.userId);
  return undefined;
}

function minutesOf(written: string): number {
  const [, amount = "", unit = ""] = /^(\d{1,3}) ?(m|min|h)$/.exec(written.trim()) ?? [];
  return amount === "" ? Number.NaN : Number(amount) * (unit === "h" ? 60 : 1);
}
