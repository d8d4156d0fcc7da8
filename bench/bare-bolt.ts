/**
 * The floor the bot is measured against: a Bolt app that only acknowledges, or, with a database named, commits one row
 * before it acknowledges. Run as a process of its own; prints its port when it listens.
 */
import bolt from "@slack/bolt";
import pg from "pg";

const { App, HTTPReceiver } = bolt;
const databaseUrl = process.env.BENCH_DATABASE_URL;
// Bolt acknowledges events before any listener runs; a row is committed first only when it waits for them.
const receiver = new HTTPReceiver({
  signingSecret: process.env.BENCH_SIGNING_SECRET ?? "",
  processBeforeResponse: databaseUrl !== undefined,
});
const app = new App({
  receiver,
  authorize: async () => ({ botToken: "xoxb-bench", botId: "B0TOC", botUserId: "U0TOC" }),
});
const pool = databaseUrl ? new pg.Pool({ connectionString: databaseUrl, max: 8 }) : null;
if (pool) await pool.query("create table if not exists bench_rows (id bigserial primary key, body text not null)");

app.command(/.*/, async ({ ack, body }) => {
  if (pool) await pool.query("insert into bench_rows (body) values ($1)", [body.text]);
  await ack();
});

app.event(/.*/ as unknown as "message", async ({ event }) => {
  const text = "text" in event ? event.text : "";
  if (pool) await pool.query("insert into bench_rows (body) values ($1)", [text]);
});

const server = await app.start(0);
const address = (server as import("node:http").Server).address();
if (address && typeof address === "object") process.stdout.write(`listening ${address.port}\n`);
