// A process of its own that a test can kill: starts the PostgreSQL of the given folder, says so on its output as JSON
// and, when asked, writes one row after another, naming each that is committed.
import pg from "pg";
import { startPrivatePostgres } from "../../src/store/private-postgres.ts";

const [dataDir = "", task] = process.argv.slice(2);

function say(message: object): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

try {
  const { connectionString, stop } = await startPrivatePostgres({ dataDir, log: (line) => say({ log: line }) });
  let stopping = false;
  process.once("SIGTERM", () => {
    stopping = true;
    void stop().then(() => process.exit(0));
  });
  say({ connectionString });
  if (task === "write") {
    const client = new pg.Client({ connectionString });
    client.on("error", (error) => say({ log: error.message }));
    await client.connect();
    await client.query("create table if not exists written (id bigint generated always as identity)");
    while (!stopping) {
      const { rows } = await client.query<{ id: string }>("insert into written default values returning id");
      say({ written: Number(rows[0]?.id) });
    }
  }
} catch (error) {
  say({ refused: error instanceof Error ? error.message : String(error) });
  process.exit(1);
}
