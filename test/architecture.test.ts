import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import packageJson from "../package.json" with { type: "json" };
import { readSource } from "./support/imports.ts";

/** Who may import whom: one row of the table below. A name ending in / stands for all below it. */
interface Place {
  readonly files: readonly string[];
  readonly ours: readonly string[];
  readonly packages?: readonly string[];
  /** Packages of which only the types may be imported. */
  readonly types?: readonly string[];
  /** Modules of Node, each with the names that may be taken from it; everything where it is left out. */
  readonly node?: Readonly<Record<string, readonly string[]>>;
}

const rules = ["src/domain/", "src/errors.ts"];
const aws = ["@aws-sdk/"];

/** The first place that a file belongs to holds for it; each may import itself. */
const places: readonly Place[] = [
  { files: rules, ours: rules, packages: ["date-fns"], node: { "node:crypto": ["createHash"] } },
  { files: ["src/operations/"], ours: rules },
  { files: ["src/alerts/"], ours: rules },
  {
    files: [
      "templates/markdown.ts",
      "templates/storage-format.ts",
      "templates/notion-blocks.ts",
      "templates/word-document.ts",
    ],
    ours: ["templates/", "src/domain/"],
    packages: ["mdast-", "hast-", "micromark-", "fflate"],
    types: ["@slack/types", "mdast", "hast"],
  },
  { files: ["templates/"], ours: ["src/domain/"], types: ["@slack/types"] },
  { files: ["commands/"], ours: [...rules, "src/operations/", "templates/", "src/slack/command.ts"] },
  { files: ["src/providers/index.ts", "src/providers/integrations.ts"], ours: [...rules, "src/providers/"] },
  { files: ["src/providers/aws.ts", "src/providers/aws-check.ts"], ours: rules, packages: aws },
  {
    files: ["src/providers/aws-sessions.ts", "src/providers/with-roles.ts"],
    ours: [...rules, "src/providers/aws.ts"],
    packages: aws,
  },
  { files: ["src/providers/web-service.ts"], ours: rules },
  ...["ecs", "rds", "elasticache", "secrets", "cloudwatch", "s3", "cost", "cloudtrail", "audit-archive"].map((name) =>
    provider(name, aws),
  ),
  provider("postgres", ["pg"]),
  provider("mysql", ["mysql2"]),
  provider("redis", ["ioredis"]),
  provider("bullmq", ["bullmq", "ioredis"]),
  provider("mail", ["nodemailer"]),
  ...[
    "kubernetes",
    "compose",
    "dumps",
    "http",
    "pagerduty",
    "github",
    "jira",
    "statuspage",
    "confluence",
    "notion",
    "google-docs",
    "git",
  ].map((name) => provider(name, [])),
  provider("prometheus", []),
  { files: ["src/second-factor/"], ours: rules, packages: ["otpauth", "qr", "@simplewebauthn/server"] },
  { files: ["src/store/"], ours: rules, packages: ["pg", "kysely"] },
  { files: ["src/jobs/"], ours: [...rules, "templates/"], packages: ["pg-boss", "date-fns"], types: ["kysely"] },
  {
    files: ["src/slack/"],
    ours: [...rules, "templates/kit.ts", "templates/refusal.ts", "templates/help.ts"],
    packages: ["@slack/bolt", "@slack/web-api", "@slack/types", "undici"],
  },
  { files: ["src/http/"], ours: [...rules, "src/alerts/", "templates/"], packages: ["prom-client"] },
  { files: ["src/config.ts", "src/config/"], ours: rules, packages: ["zod", "yaml"] },
  { files: ["src/log.ts"], ours: rules, packages: ["pino", "pino-pretty"] },
  { files: ["src/sandbox/page/browser/"], ours: ["src/sandbox/"], packages: ["preact", "htm"] },
  {
    files: ["src/sandbox/"],
    ours: [],
    packages: ["ws", "preact", "htm", "pg", "mysql2", "ioredis", "bullmq", "smtp-server", "fflate"],
  },
  {
    files: ["src/main.ts", "src/modes.ts", "src/bot.ts", "src/tools.ts"],
    ours: ["src/", "commands/", "templates/", "bench/"],
  },
  {
    files: ["test/", "bench/", "vitest.config.ts"],
    ours: ["src/", "commands/", "templates/", "bench/", "test/", "package.json"],
    packages: [""],
  },
  { files: ["bin/"], ours: ["src/main.ts"] },
];

function provider(name: string, packages: readonly string[]): Place {
  return {
    files: [`src/providers/${name}/`],
    ours: [...rules, "src/providers/aws.ts", "src/providers/aws-check.ts", "src/providers/web-service.ts"],
    packages,
  };
}

/** Says of one file what the house rules forbid in it; a fault names what is wrong, not the file. */
function faultsOf(path: string, text: string): string[] {
  const { code, imports } = readSource(text);
  const place = places.find(({ files }) => files.some((name) => covers(name, path)));
  if (!place) return ["has no place in the table of places"];
  const faults = [...namingFaults(path)];
  const lines = text.split("\n").length - 1;
  if (lines > 400 && !/^test\/(?!support\/)/.test(path)) faults.push(`has ${lines} lines, more than 400`);
  if (/\bexport\s+default\b|\bas\s+default\b/.test(code) && path !== "vitest.config.ts")
    faults.push("has a default export");
  for (const [found] of code.matchAll(/(?<![.\w$-])class\b(?!\s*[:=,).?])[^{]*\{/g)) {
    if (!/\bextends\s+(?:\w+\.)*\w*Error\b/.test(found)) faults.push(`has a class: ${found}`);
  }
  for (const { specifier, typeOnly, names } of imports) {
    const forbid = (reason: string) => faults.push(`imports ${specifier}${reason}`);
    if (specifier === "date-fns") forbid(": only by sub-path");
    if (specifier.startsWith("node:")) {
      const allowed = place.node?.[specifier];
      if (place.node && (!allowed || names.length === 0 || names.some((name) => !allowed.includes(name)))) forbid("");
    } else if (specifier.startsWith(".")) {
      const target = join(dirname(path), specifier);
      if (!/\.(ts|json)$/.test(specifier)) forbid(" without .ts");
      if (![...place.files, ...place.ours].some((name) => covers(name, target))) forbid("");
    } else {
      const known = [...(place.packages ?? []), ...(typeOnly ? (place.types ?? []) : [])];
      if (!known.some((name) => coversPackage(name, specifier))) forbid("");
      else if (!isInstalled(specifier, path, typeOnly)) forbid(", which package.json does not name");
    }
  }
  return faults;
}

function namingFaults(path: string): string[] {
  const words = path.split(/[/.-]/);
  const vague = words.filter((word) => /^(utils?|helpers?|common|manager|base|impl)$/.test(word));
  const kebab = /^[a-z0-9]+(-[a-z0-9]+)*(\.(test|config|d))?\.(ts|mjs)$/.test(basename(path));
  return [...vague.map((word) => `is called ${word}`), ...(kebab ? [] : ["is not named in kebab-case"])];
}

function covers(name: string, path: string): boolean {
  return name.endsWith("/") ? path.startsWith(name) : path === name;
}

/** A name that ends in - or / stands for the packages that begin with it, the empty one for all. */
function coversPackage(name: string, specifier: string): boolean {
  return /[-/]$|^$/.test(name) ? specifier.startsWith(name) : specifier === name || specifier.startsWith(`${name}/`);
}

function packageOf(specifier: string): string {
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
}

/** What runs in production needs a production dependency; tests and types may use the others. */
function isInstalled(specifier: string, path: string, typeOnly: boolean): boolean {
  const name = packageOf(specifier);
  if (name in packageJson.dependencies) return true;
  const development = name in packageJson.devDependencies || `@types/${name}` in packageJson.devDependencies;
  return development && (typeOnly || /^(test|bench)\/|^vitest/.test(path));
}

const root = fileURLToPath(new URL("..", import.meta.url));

function filesBelow(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
    if (/^(node_modules|\.git|data|coverage)$/.test(entry.name) || entry.isSymbolicLink()) return [];
    return entry.isDirectory() ? filesBelow(path) : [path];
  });
}

const files = filesBelow("");
const sources = files.filter((path) => /\.([cm]?[jt]sx?)$/.test(path));
const read = (path: string) => readFileSync(join(root, path), "utf8");

describe("the project", () => {
  test.each(sources)("%s keeps to the house rules", (path) => {
    expect(faultsOf(path, read(path))).toEqual([]);
  });

  test("no file names a folder of somebody's machine", () => {
    const folders = ["work", "root", "Users", `home/(?!node\\b)`].join("|");
    const pattern = new RegExp(`(?<![\\w.:/@*-])/(?:${folders})/[\\w.-]+`, "g");
    const found = files
      .filter((path) => !/\.(png|ico|woff2|gz)$/.test(path))
      .flatMap((path) => [...read(path).matchAll(pattern)].map(([name]) => `${path}: ${name}`));
    expect(found).toEqual([]);
  });

  test("every dependency is pinned to one version", () => {
    const { dependencies, devDependencies, optionalDependencies } = packageJson;
    const all = Object.entries({ ...dependencies, ...devDependencies, ...optionalDependencies });
    expect(all.filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))).toEqual([]);
  });

  test("every dependency has its reason and its home in docs/dependencies.md, and nothing else has", () => {
    const rows = read("docs/dependencies.md").matchAll(/^\| (`.*?`) \| (.+?) \| (.+?) \|$/gm);
    const named = [...rows].flatMap(([, names = ""]) => [...names.matchAll(/`(.+?)`/g)].map(([, name]) => name));
    const { dependencies, devDependencies, optionalDependencies } = packageJson;
    const all = Object.keys({ ...dependencies, ...devDependencies, ...optionalDependencies });
    expect(named.sort()).toEqual(all.sort());
  });

  test("every relative import leads to a file", () => {
    const lost = sources.flatMap((path) =>
      readSource(read(path))
        .imports.filter(({ specifier }) => specifier.startsWith("."))
        .map(({ specifier }) => join(dirname(path), specifier))
        .filter((target) => !existsSync(join(root, target)))
        .map((target) => `${path}: ${target}`),
    );
    expect(lost).toEqual([]);
  });
});

describe("the rules themselves", () => {
  test.each([
    ["src/domain/incident/incident.ts", 'import { addMinutes } from "date-fns/addMinutes";'],
    ["src/domain/audit/seal.ts", 'import { createHash } from "node:crypto";\nimport type { Port } from "../ports.ts";'],
    [
      "src/domain/ports.ts",
      'const text = `import x from "pg"`; // import "pg"\n/* import "pg" */ const s = "export default";',
    ],
    ["src/errors.ts", "export class Refusal extends Error {}\nexport class Late extends RangeError {}"],
    ["templates/incident/card.ts", 'import type { KnownBlock } from "@slack/types";\nimport { kit } from "../kit.ts";'],
    [
      "templates/markdown.ts",
      'import { fromMarkdown } from "mdast-util-from-markdown";\nimport type { Root } from "mdast";',
    ],
    ["commands/ops/scale.ts", 'import { command } from "../../src/slack/command.ts";'],
    [
      "src/providers/ecs/services.ts",
      'import { region } from "../aws.ts";\nconst ecs = await import("@aws-sdk/client-ecs");',
    ],
    ["src/sandbox/page/browser/app.ts", 'import { html } from "htm/preact";\nconst view = html`<p class="a">`;'],
    ["src/main.ts", 'import { startSandbox } from "./sandbox/sandbox.ts";'],
    [
      "src/slack/outbox.ts",
      "const options = { class: 1 };\nconst half = (a / 2) / 3; const kind = options.class; const classOf = () => {};",
    ],
  ])("%s may do this", (path, text) => {
    expect(faultsOf(path, text)).toEqual([]);
  });

  test.each([
    ["src/domain/clock.ts", 'import { readFile } from "node:fs/promises";', "imports node:fs/promises"],
    ["src/domain/token.ts", 'import { createHash, randomBytes } from "node:crypto";', "imports node:crypto"],
    ["src/domain/token.ts", 'import * as crypto from "node:crypto";', "imports node:crypto"],
    ["src/domain/incident.ts", 'import type { App } from "../slack/app.ts";', "imports ../slack/app.ts"],
    ["src/domain/incident.ts", 'import { addMinutes } from "date-fns";', "imports date-fns: only by sub-path"],
    [
      "src/operations/scale-service.ts",
      'import { ecs } from "../providers/ecs/ecs.ts";',
      "imports ../providers/ecs/ecs.ts",
    ],
    ["templates/kit.ts", 'import { x } from "@slack/types";', "imports @slack/types"],
    ["templates/kit.ts", 'export { x } from "../src/errors.ts";', "imports ../src/errors.ts"],
    [
      "commands/ops/scale.ts",
      'import {\n  reply,\n} from "../../src/slack/reply.ts";',
      "imports ../../src/slack/reply.ts",
    ],
    ["src/providers/rds/rds.ts", 'import { pool } from "../postgres/pool.ts";', "imports ../postgres/pool.ts"],
    ["src/store/pool.ts", 'const boss = await import("pg-boss");', "imports pg-boss"],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the source text of a template
    ["src/store/pool.ts", 'const hint = `${[1].map((n) => { return `${n}`; })}`; import "ws";', "imports ws"],
    ["src/store/pool.ts", 'const slash = /["`/]/; import "ws";', "imports ws"],
    ["src/jobs/queue.ts", 'import { sql } from "kysely";', "imports kysely"],
    ["src/slack/app.ts", 'import { Client } from "@slack/web-client";', "imports @slack/web-client"],
    ["src/http/server.ts", 'import { x } from "../sandbox/cloud/clock.ts";', "imports ../sandbox/cloud/clock.ts"],
    ["src/http/server.ts", 'import { answer } from "./answer.js";', "imports ./answer.js without .ts"],
    ["src/http/server.ts", 'import { answer } from "./answer";', "imports ./answer without .ts"],
    ["src/main.ts", 'import pg from "pg";', "imports pg"],
    ["test/x.test.ts", 'import { x } from "left-pad";', "imports left-pad, which package.json does not name"],
    ["src/log.ts", "export default 1;", "has a default export"],
    ["src/log.ts", "const x = 1; export { x as default };", "has a default export"],
    ["src/log.ts", "class Logger {}", "has a class: class Logger {"],
    ["src/log.ts", "const Logger = class {};", "has a class: class {"],
    ["src/log.ts", "class Logger extends EventEmitter {}", "has a class: class Logger extends EventEmitter {"],
    ["src/log.ts", "\n".repeat(401), "has 401 lines, more than 400"],
    ["src/store/incidentRows.ts", "", "is not named in kebab-case"],
    ["src/store/query-utils.ts", "", "is called utils"],
    ["src/common/text.ts", "", "has no place in the table of places"],
  ])("%s may not do this: %s", (path, text, fault) => {
    expect(faultsOf(path, text)).toEqual([fault]);
  });
});
