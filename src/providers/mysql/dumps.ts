import type { Placement } from "../../domain/configuration.ts";
import type { Bytes, DumpKeeping, RunUnderWay } from "../../domain/platform/dump-keeping.ts";
import { dumpRuns } from "../../domain/platform/dump-runs.ts";
import type { DumpFile, DumpFormat, DumpJob, DumpsRead, DumpsWrite } from "../../domain/platform/dumps.ts";
import type { Port } from "../../domain/platform.ts";
import { ProviderError } from "../../errors.ts";
import { runChecks } from "./checks.ts";
import { notRestorable, unseen } from "./dump-rights.ts";
import {
  besideTables,
  countRows,
  inLongSession,
  markTable,
  mysqlProgram,
  programLogin,
  triggersOf,
} from "./dump-server.ts";
import { exchangeTables } from "./exchange.ts";
import { dropRestored, madeBy, restoreDump } from "./restored.ts";
import { type Client, type Connections, inSession } from "./session.ts";
import { withFreshFigures } from "./views.ts";

const countSeconds = 60;
const headBytes = 64;
const tailBytes = 400;

const formatArguments: Readonly<Record<DumpFormat, readonly string[]>> = {
  custom: [],
  plain: [],
  gzip: [],
  schema: ["--no-data"],
};

/** Dumps of MySQL and MariaDB databases: mysqldump or mariadb-dump writes them, mysql or mariadb reads them. */
export function mysqlDumps(connections: Connections, keeping: DumpKeeping): Port<DumpsRead, DumpsWrite> {
  return {
    read: {
      ready: async (at) => {
        const store = keeping.store(at);
        const seen = await inSession(connections, at, { operation: "look at the database" }, describe);
        const [program, freeBytes] = await Promise.all([mysqlProgram(keeping, "dump", seen.server), store.free()]);
        const { engine, database } = seen.server;
        return {
          engine,
          database,
          bytes: seen.bytes,
          program: program.title,
          formats: ["gzip", "plain", "schema"],
          place: store.place,
          freeBytes,
          risks: seen.risks,
          notRestorable: seen.notRestorable,
          notSwappable:
            seen.triggers > 0 ? [`It has ${seen.triggers} triggers, which cannot be moved to another database.`] : [],
          notSwapped:
            seen.stays > 0
              ? [
                  "Its views, routines and events stay as they are now; where those of the dump are others, it is left alone.",
                ]
              : [],
        };
      },
      list: (at) => keeping.store(at).list(at.at.connection ?? ""),
      inspect: (at, file) => inspect(connections, keeping, at, file),
      restored: (at, name, queries) =>
        inSession(connections, at, { operation: "look at the database" }, async (client) => {
          const maker = await madeBy(client, name);
          if (maker === undefined) return null;
          return { name, madeBy: maker, checks: await runChecks(client, name, queries) };
        }),
    },
    write: {
      ...dumpRuns(keeping, {
        written: "written",
        dump: (at, job, run) => dump(connections, keeping, at, job, run),
        restore: (at, job, run) => restoreDump(connections, keeping, at, job, run),
      }),
      drop: (at, name, operation) => dropRestored(connections, at, name, operation),
      swap: (at, restored, aside, operation) => exchangeTables(connections, at, restored, aside, operation),
    },
  };
}

async function describe(client: Client) {
  const { ask, server } = client;
  await withFreshFigures(client);
  const [row] = await ask(
    `select coalesce(sum(data_length + index_length), 0) as bytes,
       coalesce(sum(engine is not null and engine <> 'InnoDB'), 0) as unsafe
     from information_schema.tables where table_schema = ? and table_type = 'BASE TABLE' and table_name <> 'tocsin_made_by'`,
    [server.database],
  );
  const unsafe = Number(row?.unsafe);
  return {
    server,
    bytes: Number(row?.bytes),
    triggers: await triggersOf(client, server.database),
    stays: (await besideTables(client, server.database)).size,
    notRestorable: await notRestorable(client),
    risks: [
      ...(unsafe > 0
        ? [`${unsafe} of its tables ${unsafe === 1 ? "is" : "are"} not InnoDB: a dump sees those as they change.`]
        : []),
      ...(await unseen(client)),
    ],
  };
}

async function dump(
  connections: Connections,
  keeping: DumpKeeping,
  at: Placement,
  job: DumpJob,
  run: RunUnderWay,
): Promise<DumpFile> {
  const store = keeping.store(at);
  const of = at.at.connection ?? "";
  const done = (await store.list(of)).find((one) => one.name === job.name && one.operation === job.operation);
  if (done) return done;
  await store.sweep(of, job.operation);
  return inLongSession(connections, at, "dump", run.signal, async (client) => {
    const { server } = client;
    const program = await mysqlProgram(keeping, "dump", server);
    const { bytes: size } = await describe(client);
    const counting = { signal: run.signal, seconds: countSeconds };
    // Its own session sees another moment than ours: only tables with the same count before and after are compared.
    const before = job.format === "schema" ? {} : await countRows(client, server.database, counting);
    let tail = Buffer.alloc(0);
    async function* tapped(bytes: Bytes): AsyncGenerator<Uint8Array> {
      let read = 0;
      for await (const chunk of bytes) {
        read += chunk.length;
        tail = Buffer.concat([tail, chunk]).subarray(-tailBytes);
        run.say(`${(read / 1e6).toFixed(1)} MB read of ${(size / 1e6).toFixed(1)} MB in the database`);
        yield chunk;
      }
    }
    const login = programLogin(connections, at, server);
    const written = tapped(
      keeping.output({
        program: program.path,
        args: [
          ...login.args,
          "--single-transaction",
          "--quick",
          "--routines",
          "--triggers",
          "--events",
          "--hex-blob",
          "--no-tablespaces",
          "--default-character-set=utf8mb4",
          ...(server.flavour === "mysql" ? ["--set-gtid-purged=OFF"] : []),
          // A database that was restored beside once and is the live one now would bring the mark of then along.
          `--ignore-table=${server.database}.${markTable}`,
          ...formatArguments[job.format],
          server.database,
        ],
        env: login.env,
        signal: run.signal,
      }),
    );
    const staged = await store.stage(job.name, job.format === "plain" ? written : keeping.gzip(written), size);
    try {
      refuseUnfinished(tail.toString("utf8"));
      const after = job.format === "schema" ? {} : await countRows(client, server.database, counting);
      const rows = Object.fromEntries(Object.entries(before).filter(([table, count]) => after[table] === count));
      const file: DumpFile = {
        name: job.name,
        of,
        database: server.database,
        at: job.at,
        endedAt: new Date().toISOString(),
        format: job.format,
        bytes: staged.bytes,
        sha256: staged.sha256,
        engine: server.engine,
        program: program.title,
        rows,
        operation: job.operation,
      };
      await staged.publish(file);
      return file;
    } catch (error) {
      await staged.discard();
      throw error;
    }
  });
}

function refuseUnfinished(tail: string): void {
  if (/^-- Dump completed/m.test(tail)) return;
  throw new ProviderError({
    provider: "MySQL",
    operation: "dump",
    fault: "refused",
    code: "Unfinished",
    message: "The program did not write the line that ends a whole dump.",
  });
}

async function inspect(
  connections: Connections,
  keeping: DumpKeeping,
  at: Placement,
  file: DumpFile,
): Promise<string | null> {
  const raw = await keeping.store(at).read(file.name);
  let head = Buffer.alloc(0);
  try {
    for await (const chunk of file.format === "plain" ? raw : keeping.gunzip(raw)) {
      head = Buffer.concat([head, chunk]);
      if (head.length >= headBytes) break;
    }
  } catch (error) {
    if (error instanceof ProviderError) throw error;
    return "it cannot be unpacked";
  }
  const text = head.toString("latin1");
  if (!/-- (MySQL|MariaDB) dump|sandbox mode/.test(text)) return "it is no SQL of mysqldump";
  // MySQL's client takes the line that it begins with for a command that it does not know.
  if (!/sandbox mode/.test(text)) return null;
  const engine = await inSession(connections, at, { operation: "look at the server" }, async ({ server }) => server);
  return engine.flavour === "mysql" ? `it is MariaDB's, which ${engine.engine} does not read` : null;
}
