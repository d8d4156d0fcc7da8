import { ack } from "./ack.ts";
import { backup } from "./backup.ts";
import { capture } from "./capture.ts";
import { declare } from "./declare.ts";
import { diagnose } from "./diagnose.ts";
import { growth } from "./growth.ts";
import { postmortem } from "./postmortem.ts";
import { redisDelete } from "./redis-delete.ts";
import { resume } from "./resume.ts";

/** Every benchmark by the name it is run by: npm run bench ack. */
export const benchmarks: Readonly<Record<string, () => Promise<void>>> = {
  ack,
  backup,
  capture,
  declare,
  diagnose,
  growth,
  postmortem,
  "redis-delete": redisDelete,
  resume,
};
