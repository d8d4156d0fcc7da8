import { type KeepNeeds, keepCounterpart } from "../domain/counterpart/keep.ts";
import type { JobHandler } from "./handler.ts";

/** Brings what a web service holds of ours in step. */
export function keepCounterpartJob(needs: KeepNeeds): JobHandler<"keep-counterpart"> {
  return {
    name: "keep-counterpart",
    handle: ({ service, subject }) => keepCounterpart(needs, service, subject),
  };
}
