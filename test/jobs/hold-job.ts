import { jobHandler } from "../../src/jobs/handler.ts";
import { createQueue } from "../../src/jobs/queue.ts";

// A process of its own that takes a job and never ends it, to be killed by the test.
const url = process.argv[2];
if (!url) throw new Error("name the database");
const silent = () => {};
const queue = createQueue({ connectionString: url, log: { warn: silent, error: silent } });
await queue.open();
await queue.work([
  jobHandler({
    name: "plan-operation",
    handle: async ({ operationId }) => {
      console.log(`holding ${operationId}`);
      await new Promise(() => {});
    },
  }),
]);
console.log("ready");
