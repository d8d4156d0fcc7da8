/** The subcommands that look, print or measure and then end: doctor, audit:verify, manifest, schema, bench. */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { commands } from "../commands/index.ts";
import { configurationJsonSchema } from "./config/json-schema.ts";
import { readSettings, type Settings } from "./config/settings.ts";
import { loadConfiguration } from "./config.ts";
import { alertResults } from "./domain/alert/doctor.ts";
import { fileReportLines, filesAreIntact, verifyFiles } from "./domain/audit/file.ts";
import { auditReportLines, auditResults, isIntact, parseHead } from "./domain/audit/report.ts";
import { defaultBackups } from "./domain/backup/settings.ts";
import { configurationFaults, configurationResults, type Examination, examine, placementsOf } from "./domain/doctor.ts";
import { factorResults } from "./domain/factor/doctor.ts";
import { namedChannels } from "./domain/named-channels.ts";
import { scheduleResults } from "./domain/oncall/doctor.ts";
import { referencesOf } from "./domain/oncall/now.ts";
import type { CheckResult } from "./domain/platform.ts";
import { ConfigurationError, ProviderError } from "./errors.ts";
import { operations } from "./operations/index.ts";
import { auditArchive } from "./providers/audit-archive/audit-archive.ts";
import { checkRoles, providers, rolesOf } from "./providers/index.ts";
import { checkDestinations, checkTrackers } from "./providers/integrations.ts";
import { checkSlack } from "./slack/check-slack.ts";
import { manifest, manifestYaml } from "./slack/manifest.ts";
import { verifyAudit } from "./store/audit-verify.ts";
import { checkDatabase } from "./store/check-database.ts";
import { type Database, openDatabase, openPool } from "./store/database.ts";
import { attachPrivatePostgres } from "./store/private-postgres.ts";

const tools: Readonly<Record<string, (args: readonly string[]) => Promise<number>>> = {
  doctor,
  "audit:verify": verify,
  manifest: printManifest,
  schema: writeSchema,
  bench,
};

/** Runs one of them; resolves to the exit code. */
export function runTool(name: string, args: readonly string[]): Promise<number> {
  const tool = tools[name];
  if (!tool) throw new ConfigurationError([`There is no command "${name}".`]);
  return tool(args);
}

function say(lines: readonly string[]): void {
  process.stdout.write(`${lines.join("\n")}\n`);
}

async function doctor(): Promise<number> {
  const settings = readSettings(process.env);
  const { lines, faults } = await examine([
    await configurationExamination(settings),
    databaseExamination(settings),
    ...outsideExaminations(settings),
  ]);
  say(lines);
  return faults === 0 ? 0 : 1;
}

async function load(settings: Settings) {
  return loadConfiguration(settings.configuration, { environment: process.env, operations });
}

async function configurationExamination(settings: Settings): Promise<Examination> {
  return {
    title: "Configuration",
    look: async () => {
      try {
        const loaded = await load(settings);
        return [
          ...configurationResults(loaded.configuration, loaded),
          ...factorResults(loaded.configuration, settings.secondFactor !== null),
          ...alertResults(loaded.configuration),
          ...scheduleResults(loaded.configuration.oncall, new Date()),
        ];
      } catch (error) {
        if (error instanceof ConfigurationError) return configurationFaults(error.faults);
        throw error;
      }
    },
  };
}

function databaseExamination(settings: Settings): Examination {
  return { title: "Database", look: () => withDatabase(settings, databaseResults) };
}

async function databaseResults(url: string): Promise<readonly CheckResult[]> {
  const results = await checkDatabase(url);
  if (results.some(({ ok }) => !ok)) return results;
  try {
    const report = await withTables(url, (db) => verifyAudit(db));
    return [...results, ...auditResults(report, new Date())];
  } catch (error) {
    if (hasNoTables(error)) return results;
    throw error;
  }
}

/** Before the first start there are no tables, and so no audit log to look at. */
function hasNoTables(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "42P01";
}

async function withTables<T>(url: string, work: (db: Database) => Promise<T>): Promise<T> {
  const db = openDatabase(openPool(url, { max: 1, name: "tocsin tools", statementMilliseconds: 0 }));
  try {
    return await work(db);
  } finally {
    await db.destroy();
  }
}

/** Slack and the platforms; in the sandbox both are its own, and there is nothing to put right. */
function outsideExaminations(settings: Settings): readonly Examination[] {
  if (settings.mode === "sandbox") {
    const found = "The sandbox brings its own Slack and cloud. Set SLACK_BOT_TOKEN and SLACK_APP_TOKEN to check yours.";
    return [{ title: "Slack and platforms", look: async () => [{ what: "Sandbox", ok: true, found, fix: null }] }];
  }
  const { apiUrl, botToken } = settings.slack;
  const appToken = settings.mode === "socket" ? settings.slack.appToken : null;
  const slack: Examination = {
    title: "Slack",
    look: async () => {
      const { configuration } = await load(settings);
      const people = configuration.oncall.flatMap(referencesOf);
      const { channels } = configuration;
      const named = namedChannels(configuration);
      return checkSlack({ apiUrl, botToken, appToken, channels, named, people, now: () => new Date() });
    },
  };
  const known = providers({
    aws: {},
    connections: new Map(),
    prometheus: null,
    backups: { store: null, programs: null, databases: new Map(), otherwise: defaultBackups },
  });
  const destinations: Examination = {
    title: "Places for post-mortems",
    look: async () => checkDestinations((await load(settings)).configuration.integrations),
  };
  const tickets: Examination = {
    title: "Trackers",
    look: async () => checkTrackers((await load(settings)).configuration.integrations),
  };
  return [
    slack,
    rolesExamination(settings),
    destinations,
    tickets,
    archiveExamination(settings),
    ...known.map(({ id }) => providerExamination(settings, id)),
  ];
}

function providerExamination(settings: Settings, id: string): Examination {
  return {
    title: `Platform ${id}`,
    look: async () => {
      const { configuration } = await load(settings);
      const all = providers({
        aws: {},
        connections: configuration.connections,
        prometheus: configuration.integrations.prometheus ?? null,
        roles: rolesOf(configuration),
        backups: configuration.backups,
      });
      return (await all.find((provider) => provider.id === id)?.check(placementsOf(configuration, id))) ?? [];
    },
  };
}

/** Only where the configuration names roles is there anything to look at. */
function rolesExamination(settings: Settings): Examination {
  return {
    title: "Roles on AWS",
    look: async () => {
      const { configuration } = await load(settings);
      const access = { aws: {}, connections: new Map(), prometheus: null, roles: rolesOf(configuration) };
      const results = await checkRoles(access);
      const found = "none named; the bot works with its own credentials everywhere";
      return results.length > 0 ? results : [{ what: "Roles", ok: true, found, fix: null }];
    },
  };
}

/** Whether the bucket that the audit log goes to keeps what is in it. */
function archiveExamination(settings: Settings): Examination {
  return {
    title: "Audit export",
    look: async () => {
      const { archive } = (await load(settings)).configuration.audit;
      if (archive === null)
        return [{ what: "Bucket", ok: true, found: "none named; the log is in the database only", fix: null }];
      const what = `Bucket ${archive.bucket}`;
      try {
        return [{ what, ok: true, found: await auditArchive({}, archive).check(), fix: null }];
      } catch (error) {
        if (!(error instanceof ProviderError)) throw error;
        const found = `${error.operation}: ${error.code}. ${error.message}`;
        return [
          {
            what,
            ok: false,
            found,
            fix: "docs/audit-export.md says how the bucket is made, and docs/iam/audit.json which rights it takes.",
          },
        ];
      }
    },
  };
}

/** Works on the database the bot has: the server named, or the private one, started only where no bot runs it. */
async function withDatabase<T>(settings: Settings, work: (url: string) => Promise<T>): Promise<T> {
  if (settings.databaseUrl) return work(settings.databaseUrl);
  await mkdir(settings.dataDirectory, { recursive: true });
  const server = await attachPrivatePostgres({ dataDir: settings.dataDirectory, log: () => {} });
  try {
    return await work(server.connectionString);
  } finally {
    await server.stop();
  }
}

/**
 * Of the database, or of exported files that are named. With a head that was written down elsewhere (position:hash) it
 * also tells whether the newest entries were cut off.
 */
async function verify(args: readonly string[]): Promise<number> {
  const heads = args.flatMap((word) => parseHead(word) ?? []);
  const files = args.filter((word) => parseHead(word) === null);
  const [knownHead = null] = heads;
  if (files.length > 0) return verifyExported(files, knownHead);
  const settings = readSettings(process.env);
  if (settings.ignored.includes("DATABASE_URL")) {
    say(["DATABASE_URL counts only where the SLACK_* variables are set too: this is the sandbox's own database."]);
  }
  const report = await withDatabase(settings, (url) => withTables(url, (db) => verifyAudit(db, { knownHead }))).catch(
    (error: unknown) => {
      if (hasNoTables(error)) return null;
      throw error;
    },
  );
  if (!report) {
    say(["There is no audit log in this database yet: the bot has not been started on it."]);
    return 1;
  }
  say(auditReportLines(report));
  return isIntact(report) ? 0 : 1;
}

async function verifyExported(names: readonly string[], knownHead: ReturnType<typeof parseHead>): Promise<number> {
  const texts = await Promise.all(
    names.map(async (name) => {
      try {
        return { name, text: await readFile(name, "utf8") };
      } catch {
        throw new ConfigurationError([`"${name}" is no file that can be read, and no head such as 42:9f86d0…`]);
      }
    }),
  );
  const report = verifyFiles(texts, knownHead);
  say(fileReportLines(report));
  return filesAreIntact(report) ? 0 : 1;
}

async function printManifest(args: readonly string[]): Promise<number> {
  const at = args.indexOf("--url");
  process.stdout.write(manifestYaml(manifest({ commands, ...(at >= 0 ? { url: args[at + 1] ?? "" } : {}) })));
  return 0;
}

async function writeSchema(): Promise<number> {
  await writeFile(new URL("../docs/tocsin.schema.json", import.meta.url), configurationJsonSchema());
  return 0;
}

async function bench(args: readonly string[]): Promise<number> {
  const { benchmarks } = await import("../bench/index.ts");
  const wanted = args.length > 0 ? args : Object.keys(benchmarks);
  for (const name of wanted) {
    const run = benchmarks[name];
    if (!run)
      throw new ConfigurationError([
        `There is no benchmark "${name}"; there are ${Object.keys(benchmarks).join(", ")}.`,
      ]);
    await run();
  }
  return 0;
}
