import type { Placement } from "../../domain/configuration.ts";
import type { Bytes, DumpKeeping, RunUnderWay } from "../../domain/platform/dump-keeping.ts";
import { plannedDump } from "../../domain/platform/dump-runs.ts";
import type { RestoreJob, RestoreReport } from "../../domain/platform/dumps.ts";
import { ProviderError } from "../../errors.ts";
import { runChecks } from "./checks.ts";
import { countRows, inLongSession, markTable, mysqlProgram, programLogin, quoted } from "./dump-server.ts";
import { type Client, type Connections, inSession } from "./session.ts";
import { withFreshFigures } from "./views.ts";

const countSeconds = 120;

/** The operation a database was made by; null where it was not made from here, undefined where there is none. */
export async function madeBy({ ask }: Client, name: string): Promise<string | null | undefined> {
  const found = await ask("select schema_name as name from information_schema.schemata where schema_name = ?", [name]);
  if (found.length === 0) return undefined;
  const [marked] = await ask(
    "select 1 as found from information_schema.tables where table_schema = ? and table_name = ?",
    [name, markTable],
  );
  if (!marked) return null;
  const [row] = await ask(`select operation from ${quoted(name)}.${quoted(markTable)} limit 1`);
  return row ? String(row.operation) : null;
}

/** Restores a dump into a new database and compares it with what was counted when it was made. */
export async function restoreDump(
  connections: Connections,
  keeping: DumpKeeping,
  at: Placement,
  job: RestoreJob,
  run: RunUnderWay,
): Promise<RestoreReport> {
  const started = performance.now();
  const { store, file } = await plannedDump("MySQL", keeping, at, job, run);
  await dropRestored(connections, at, job.to, job.operation);
  return inLongSession(connections, at, "restore", run.signal, async (client) => {
    const program = await mysqlProgram(keeping, "client", client.server);
    await makeLike(client, job);
    try {
      const login = programLogin(connections, at, client.server);
      const raw = await store.read(file.name);
      const call = {
        program: program.path,
        args: [...login.args, "--batch", "--default-character-set=utf8mb4", job.to],
        env: login.env,
        signal: run.signal,
      };
      await keeping.input(call, watched(file.format === "plain" ? raw : keeping.gunzip(raw), run));
      await disableEvents(client, job.to);
      run.say("counting what was restored");
      const counted = await countRows(client, job.to, { signal: run.signal, seconds: countSeconds });
      const differences = Object.entries(file.rows).flatMap(([name, rows]) => {
        const now = counted[name];
        if (now === rows) return [];
        return [now === undefined ? `${name} was not counted` : `${name} has ${now} rows, and had ${rows}`];
      });
      const names = Object.keys(file.rows).filter((name) => Object.hasOwn(counted, name));
      await withFreshFigures(client);
      const [size] = await client.ask(
        "select coalesce(sum(data_length + index_length), 0) as bytes from information_schema.tables where table_schema = ?",
        [job.to],
      );
      return {
        seconds: (performance.now() - started) / 1000,
        bytes: Number(size?.bytes),
        tables: names.length,
        rows: names.reduce((sum, name) => sum + (counted[name] ?? 0), 0),
        differences,
        checks: await runChecks(client, job.to, job.validate),
      };
    } catch (error) {
      await dropRestored(connections, at, job.to, job.operation);
      throw error;
    }
  });
}

async function* watched(bytes: Bytes, run: RunUnderWay): AsyncGenerator<Uint8Array> {
  let read = 0;
  for await (const chunk of bytes) {
    read += chunk.length;
    run.say(`${(read / 1e6).toFixed(1)} MB of the dump restored`);
    yield chunk;
  }
}

/** Keeps the events of a restored database from doing what those of the live one do. */
async function disableEvents({ ask }: Client, database: string): Promise<void> {
  const rows = await ask(
    "select event_name as name, definer as definer from information_schema.events where event_schema = ? and status = 'ENABLED'",
    [database],
  );
  for (const row of rows) {
    const [, user = "", host = ""] = /^(.*)@(.*)$/.exec(String(row.definer)) ?? [];
    const event = `${quoted(database)}.${quoted(String(row.name))}`;
    await ask(`alter definer = ${quoted(user)}@${quoted(host)} event ${event} disable`);
  }
}

/** Makes an empty database with the character set of the live one, and writes into it who made it. */
export async function makeLike({ ask, server }: Client, job: Pick<RestoreJob, "to" | "operation">): Promise<void> {
  const [row] = await ask(
    `select default_character_set_name as characters, default_collation_name as collation_name
     from information_schema.schemata where schema_name = ?`,
    [server.database],
  );
  const words = [row?.characters, row?.collation_name].map((word) => String(word ?? ""));
  const like = words.every((word) => /^\w+$/.test(word)) ? ` character set ${words[0]} collate ${words[1]}` : "";
  await ask(`create database ${quoted(job.to)}${like}`);
  await ask(`create table ${quoted(job.to)}.${quoted(markTable)} (operation varchar(64) primary key)`);
  await ask(`insert into ${quoted(job.to)}.${quoted(markTable)} values (?)`, [job.operation]);
}

/** Drops a database that this operation made; one that is gone is fine. */
export async function dropRestored(
  connections: Connections,
  at: Placement,
  database: string,
  operation: string,
): Promise<void> {
  const options = { operation: "drop the database", write: true, milliseconds: 25_000 };
  await inSession(connections, at, options, async (client) => {
    // Cut off half-way it would have lost the mark, and nobody would know any more whose it was.
    const noLimit = client.server.flavour === "mariadb" ? "max_statement_time = 0, " : "";
    await client.ask(`set session ${noLimit}lock_wait_timeout = 10`);
    const maker = await madeBy(client, database);
    if (maker === undefined) return;
    if (maker !== operation)
      throw refused("NotOurs", `The database ${database} was not made by this, so it was left alone.`);
    await client.ask(`drop database if exists ${quoted(database)}`);
  });
}

function refused(code: string, message: string, fault: ProviderError["fault"] = "refused"): ProviderError {
  return new ProviderError({ provider: "MySQL", operation: "restore", fault, code, message });
}
