import { ack } from "./ack.ts";
import { capture } from "./capture.ts";
import { growth } from "./growth.ts";
import { postmortem } from "./postmortem.ts";
import { redisDelete } from "./redis-delete.ts";

/** Every benchmark by the name it is run by: npm run bench ack. */
export const benchmarks: Readonly<Record<string, () => Promise<void>>> = {
  ack,
  capture,
  growth,
  postmortem,
  "redis-delete": redisDelete,
};
