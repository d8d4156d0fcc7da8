import type { Placement } from "../../domain/configuration.ts";
import type { Bytes, ClientProgram, DumpKeeping, RunUnderWay } from "../../domain/platform/dump-keeping.ts";
import { dumpRuns } from "../../domain/platform/dump-runs.ts";
import type { DumpFile, DumpFormat, DumpJob, DumpsRead, DumpsWrite } from "../../domain/platform/dumps.ts";
import type { Port } from "../../domain/platform.ts";
import { ProviderError } from "../../errors.ts";
import { runChecks } from "./checks.ts";
import {
  countRows,
  type DumpServer,
  dumpServer,
  inDatabase,
  inLongSession,
  notRestorable,
  programEnvironment,
} from "./dump-server.ts";
import { dropRestored, madeBy, restoreDump, swapDatabases } from "./restored.ts";
import { type Connections, inSession } from "./session.ts";

const countSeconds = 120;
const headBytes = 32;
const tailBytes = 1000;

const formatArguments: Readonly<Record<DumpFormat, readonly string[]>> = {
  custom: ["--format=custom"],
  plain: ["--format=plain"],
  gzip: ["--format=plain"],
  schema: ["--format=plain", "--schema-only"],
};

/** Dumps of PostgreSQL databases: pg_dump writes them, pg_restore and psql read them. */
export function postgresDumps(connections: Connections, keeping: DumpKeeping): Port<DumpsRead, DumpsWrite> {
  return {
    read: {
      ready: async (at) => {
        const store = keeping.store(at);
        const server = await dumpServer(connections, at);
        const [program, freeBytes] = await Promise.all([postgresProgram(keeping, "pg_dump", server), store.free()]);
        return {
          engine: `PostgreSQL ${server.version}`,
          database: server.database,
          bytes: server.bytes,
          program: program.title,
          formats: ["custom", "plain", "gzip", "schema"],
          place: store.place,
          freeBytes,
          risks: server.risks,
          notRestorable: notRestorable(server),
          notSwappable: [],
        };
      },
      list: (at) => keeping.store(at).list(at.at.connection ?? ""),
      inspect: (at, file) => inspect(keeping, at, file),
      restored: async (at, name, queries) => {
        const maker = await inSession(connections, at, { operation: "look at the database" }, (client) =>
          madeBy(client, name),
        );
        if (maker === undefined) return null;
        if (queries.length === 0) return { name, madeBy: maker, checks: [] };
        const there = inDatabase(connections, at, name);
        const checks = await inSession(there, at, { operation: "validate", milliseconds: 20_000 }, (client) =>
          runChecks(client, queries),
        );
        return { name, madeBy: maker, checks };
      },
    },
    write: {
      ...dumpRuns(keeping, {
        written: "written and listed",
        dump: (at, job, run) => dump(connections, keeping, at, job, run),
        restore: (at, job, run) => restoreDump(connections, keeping, at, job, run),
      }),
      drop: (at, name, operation) => dropRestored(connections, at, name, operation),
      swap: (at, restored, aside, operation) => swapDatabases(connections, at, restored, aside, operation),
    },
  };
}

/** The client program of the server's own major version: another one's dumps may not restore there. */
export function postgresProgram(
  keeping: DumpKeeping,
  name: "pg_dump" | "pg_restore" | "psql",
  server: Pick<DumpServer, "major">,
): Promise<ClientProgram> {
  const { major } = server;
  return keeping.find({
    names: [name],
    folders: [
      `/usr/lib/postgresql/${major}/bin`,
      `/usr/pgsql-${major}/bin`,
      `/opt/homebrew/opt/postgresql@${major}/bin`,
      `/usr/local/opt/postgresql@${major}/bin`,
    ],
    accept: (version) => {
      const found = new RegExp(`^${name} \\(PostgreSQL\\) (\\d+)([\\d.]*)`).exec(version);
      return found && Number(found[1]) === major ? `${name} ${found[1]}${found[2]}` : null;
    },
    what: `${name} of PostgreSQL ${major}`,
    install: `Install postgresql-client-${major}, or name its folder in \`backups.programs\`.`,
  });
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
  const server = await dumpServer(connections, at);
  const program = await postgresProgram(keeping, "pg_dump", server);
  return inLongSession(connections, at, "dump", async (client) => {
    // Rows are counted in the very state that is dumped: both see one snapshot.
    await client.query("begin isolation level repeatable read read only");
    const { rows } = await client.query<{ id: string }>("select pg_export_snapshot() as id");
    const counting =
      job.format === "schema"
        ? Promise.resolve({})
        : countRows(client, { signal: run.signal, seconds: countSeconds }).catch((error: unknown) => ({ error }));
    let tail = Buffer.alloc(0);
    const tapped = async function* (bytes: Bytes): Bytes & AsyncGenerator<Uint8Array> {
      let read = 0;
      for await (const chunk of bytes) {
        read += chunk.length;
        tail = Buffer.concat([tail, chunk]).subarray(-tailBytes);
        run.say(`${(read / 1e6).toFixed(1)} MB read of ${(server.bytes / 1e6).toFixed(1)} MB in the database`);
        yield chunk;
      }
    };
    const written = tapped(
      keeping.output({
        program: program.path,
        args: [
          ...formatArguments[job.format],
          `--snapshot=${rows[0]?.id ?? ""}`,
          "--no-password",
          "--lock-wait-timeout=60s",
        ],
        env: programEnvironment(connections, at, server.database),
        signal: run.signal,
      }),
    );
    const isPacked = job.format === "gzip" || job.format === "schema";
    const staged = await store.stage(job.name, isPacked ? keeping.gzip(written) : written, server.bytes);
    try {
      run.say("listing what is in it");
      if (job.format === "custom") await listed(keeping, server, await staged.read(), run);
      else refuseUnfinished(tail.toString("utf8"));
      const counts = await counting;
      if ("error" in counts) throw counts.error;
      const { bytes, sha256 } = staged;
      const file: DumpFile = {
        name: job.name,
        of,
        database: server.database,
        at: job.at,
        endedAt: new Date().toISOString(),
        format: job.format,
        bytes,
        sha256,
        engine: `PostgreSQL ${server.version}`,
        program: program.title,
        rows: counts as Readonly<Record<string, number>>,
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

/** Has pg_restore list what is in an archive: one that is cut off or is none ends it. */
async function listed(keeping: DumpKeeping, server: DumpServer, bytes: Bytes, run: RunUnderWay): Promise<void> {
  const program = await postgresProgram(keeping, "pg_restore", server);
  await keeping.input({ program: program.path, args: ["--list"], env: {}, signal: run.signal }, bytes, { some: true });
}

function refuseUnfinished(tail: string): void {
  if (tail.includes("PostgreSQL database dump complete")) return;
  throw new ProviderError({
    provider: "PostgreSQL",
    operation: "dump",
    fault: "refused",
    code: "Unfinished",
    message: "pg_dump did not write the line that ends a whole dump.",
  });
}

async function inspect(keeping: DumpKeeping, at: Placement, file: DumpFile): Promise<string | null> {
  const raw = await keeping.store(at).read(file.name);
  const isPacked = file.format === "gzip" || file.format === "schema";
  let head = Buffer.alloc(0);
  try {
    for await (const chunk of isPacked ? keeping.gunzip(raw) : raw) {
      head = Buffer.concat([head, chunk]);
      if (head.length >= headBytes) break;
    }
  } catch (error) {
    if (error instanceof ProviderError) throw error;
    return "it cannot be unpacked";
  }
  const start = head.toString("latin1");
  if (file.format === "custom") return start.startsWith("PGDMP") ? null : "it is no archive of pg_dump";
  return /PostgreSQL database dump|^--\s/.test(start) ? null : "it is no SQL of pg_dump";
}
