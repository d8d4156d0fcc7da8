import type { ConditionLog, Conditions } from "../cloudwatch/conditions.ts";
import { backendLoad, has, serviceIn, wobble } from "../cloudwatch/model.ts";
import type { LogStream } from "./streams.ts";

export interface LogLine {
  readonly at: number;
  readonly stream: string;
  readonly message: string;
}

/** A stream writes something about so often. */
export const every = 5000;
const database = "waooaw-postgres-production";
const address = `${database}.c9akciq32rxj.eu-west-1.rds.amazonaws.com`;
const paths = ["/api/v1/agents", "/api/v1/sessions", "/api/v1/orders", "/graphql", "/health"] as const;
// Planted: none of these opens anything, and none may ever reach Slack.
const planted = {
  url: `postgresql://waooaw:planted-log-password-5Jd1@${address}:5432/waooaw_production`,
  bearer: "Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJwbGFudGVkIn0.cGxhbnRlZC1zaWduYXR1cmU",
  key: "AKIAPLANTED0LOGKEY00",
  person: "jane.roe@example.com",
};

/** What a stream wrote from `start` until before `end`, oldest first; the same whenever it is asked. */
export function linesOf(stream: LogStream, start: number, end: number, conditions: ConditionLog): LogLine[] {
  const lines: LogLine[] = [];
  const last = stream.to ?? Number.POSITIVE_INFINITY;
  const add = (at: number, message: string) => {
    if (at >= start && at < end && at >= stream.from && at <= last) {
      lines.push({ at: Math.floor(at), stream: stream.name, message });
    }
  };
  const isTask = stream.revision !== "";
  if (isTask) for (const [index, message] of started(stream).entries()) add(stream.from + index * 40, message);
  // Each stream has its own moment within the five seconds.
  const own = Math.floor((wobble(stream.name, 0) + 1) * 2000);
  for (
    let at = Math.ceil((Math.max(start, stream.from + 1000) - own) / every) * every + own;
    at < Math.min(end, last);
    at += every
  ) {
    const then = conditions.at(at);
    const chance = (wobble(stream.name, Math.floor(at / every) * 60_000) + 1) / 2;
    for (const message of isTask ? served(stream, at, then, chance) : logged(at, then, chance)) add(at, message);
  }
  if (isTask && stream.to !== null)
    for (const [index, message] of ended(stream).entries()) add(last - 20 + index * 5, message);
  return lines;
}

const started = (stream: LogStream) => [
  `INFO starting ${stream.revision}`,
  `DEBUG settings DATABASE_URL=${planted.url} AWS_ACCESS_KEY_ID=${planted.key}`,
  "INFO listening on 0.0.0.0",
];

const ended = (stream: LogStream) =>
  stream.exitCode === null || stream.exitCode === 0
    ? ["INFO received SIGTERM, shutting down"]
    : [
        'ERROR Traceback (most recent call last): File "main.py", line 41, in start: RuntimeError: cannot read settings',
        `CRITICAL process exited with code ${stream.exitCode}`,
      ];

function served(stream: LogStream, at: number, conditions: Conditions, chance: number): readonly string[] {
  const path = paths[Math.floor(chance * 97) % paths.length] ?? paths[0];
  const id = Math.floor(at / every).toString(16);
  if (stream.of !== "waooaw-backend")
    return [`INFO ${stream.of} tick done in ${Math.round(20 + chance * 80)}ms id=${id}`];
  const load = backendLoad(conditions, at);
  const took = Math.round(load.latency * 1000 * (0.5 + chance * 1.5));
  if (chance >= load.failing) {
    const slow = took > 400 ? [`WARN slow request ${path} took ${took}ms, waited for the database`] : [];
    return [...slow, `INFO request GET ${path} 200 ${took}ms id=${id}`];
  }
  return [...causes(conditions), `ERROR request POST ${path} 500 ${took}ms id=${id}`];
}

/** What the backend says about why a request failed. */
function causes(conditions: Conditions): readonly string[] {
  const said: string[] = [];
  if (conditions.down.includes(database)) said.push(`ERROR connection to ${planted.url} failed: Connection refused`);
  if (has(conditions, "pool-exhausted", database)) {
    said.push(
      "ERROR sqlalchemy.exc.TimeoutError: QueuePool limit of size 20 overflow 5 reached, connection timed out, timeout 30.00",
    );
  }
  if (has(conditions, "lock-chain", database)) {
    said.push(
      `ERROR canceling statement due to lock timeout: UPDATE accounts SET seen = now() WHERE email = '${planted.person}'`,
    );
  }
  if (serviceIn(conditions, "waooaw-backend").bad > 0) {
    said.push(
      `ERROR unhandled KeyError: 'tenant_id' in handlers/orders.py:214 headers={'Authorization': '${planted.bearer}'}`,
    );
  }
  return said;
}

/** PostgreSQL's own log. */
function logged(at: number, conditions: Conditions, chance: number): readonly string[] {
  const said: string[] = [];
  const process = 2000 + Math.floor(chance * 900);
  if (Math.floor(at / every) % 60 === 0) said.push("LOG:  checkpoint complete: wrote 214 buffers (1.3%)");
  if (conditions.down.includes(database)) return ["FATAL:  the database system is shutting down"];
  if (has(conditions, "slow-query", database)) {
    said.push(
      `[${process}] LOG:  duration: ${(3000 + chance * 4000).toFixed(3)} ms  statement: SELECT * FROM orders WHERE customer_email = '${planted.person}'`,
    );
  }
  if (has(conditions, "lock-chain", database)) {
    said.push(
      `[${process}] LOG:  process ${process} still waiting for ShareLock on transaction 918273 after 1000.112 ms`,
    );
  }
  if (has(conditions, "pool-exhausted", database))
    said.push("FATAL:  remaining connection slots are reserved for roles with the SUPERUSER attribute");
  return said;
}
