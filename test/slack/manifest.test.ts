import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { commands } from "../../commands/index.ts";
import { type Command, command } from "../../src/slack/command.ts";
import { botEvents, manifest, manifestYaml } from "../../src/slack/manifest.ts";
import { freeMethods, scopes } from "../../src/slack/scopes.ts";

const root = new URL("../../", import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), "utf8");

/** Slack's rules for the parts of a manifest that we use. Source: docs.slack.dev/reference/app-manifest. */
const text = (min: number, max: number) => z.string().min(min).max(max);
const https = (max: number) => z.url({ protocol: /^https$/ }).max(max);
const unique = (values: readonly string[]) => new Set(values).size === values.length;
const slackManifest = z.strictObject({
  _metadata: z.strictObject({ major_version: z.literal(1), minor_version: z.int() }),
  display_information: z.strictObject({
    name: text(1, 35),
    description: text(1, 140),
    long_description: text(175, 4000),
    background_color: z.string().regex(/^#([0-9a-f]{3}|[0-9a-f]{6})$/i),
  }),
  features: z.strictObject({
    app_home: z.strictObject({
      home_tab_enabled: z.literal(true),
      messages_tab_enabled: z.literal(true),
      messages_tab_read_only_enabled: z.boolean(),
    }),
    bot_user: z.strictObject({ display_name: z.string().regex(/^[a-z0-9._-]{1,80}$/), always_online: z.boolean() }),
    slash_commands: z
      .array(
        z.strictObject({
          command: z.string().regex(/^\/[^\s]{1,31}$/),
          description: text(1, 2000),
          usage_hint: text(1, 1000),
          url: https(3000).optional(),
          should_escape: z.boolean(),
        }),
      )
      .min(1)
      .max(50),
    shortcuts: z
      .array(
        z.strictObject({
          name: text(1, 24),
          type: z.enum(["message", "global"]),
          callback_id: text(1, 255),
          description: text(1, 150),
        }),
      )
      .min(1)
      .max(10),
  }),
  oauth_config: z.strictObject({
    scopes: z.strictObject({ bot: z.array(text(1, 50)).max(255).refine(unique) }),
  }),
  settings: z.strictObject({
    event_subscriptions: z.strictObject({
      request_url: https(3500).optional(),
      bot_events: z.array(text(1, 50)).max(100).refine(unique),
    }),
    interactivity: z.strictObject({
      is_enabled: z.literal(true),
      request_url: https(3500).optional(),
      message_menu_options_url: https(3500).optional(),
    }),
    org_deploy_enabled: z.literal(false),
    socket_mode_enabled: z.boolean(),
    token_rotation_enabled: z.literal(false),
  }),
});

test("manifest.yml is the one for Socket Mode, made from the list of commands", () => {
  const yaml = manifestYaml(manifest({ commands }));
  if (process.env.GOLDEN === "write") writeFileSync(new URL("manifest.yml", root), yaml);
  expect(read("manifest.yml"), "npm run golden writes it anew").toBe(yaml);
  const written = slackManifest.parse(parse(read("manifest.yml")));
  expect(written).toEqual(manifest({ commands }));
  expect(written.settings.socket_mode_enabled).toBe(true);
  expect(JSON.stringify(written)).not.toContain("request_url");
});

test("with an address it is the one for HTTP, every request going to one place", () => {
  for (const url of [
    "https://tocsin.example.com",
    "https://tocsin.example.com/",
    "https://tocsin.example.com/slack/events",
  ]) {
    const written = slackManifest.parse(manifest({ commands, url }));
    const address = "https://tocsin.example.com/slack/events";
    expect(written.settings.socket_mode_enabled).toBe(false);
    expect(written.settings.event_subscriptions.request_url).toBe(address);
    expect(written.settings.interactivity.request_url).toBe(address);
    expect(written.settings.interactivity.message_menu_options_url).toBe(address);
    expect(written.features.slash_commands.map((slash) => slash.url)).toEqual(
      written.features.slash_commands.map(() => address),
    );
  }
  expect(manifest({ commands, url: "https://example.com/tocsin/" })).toMatchObject({
    settings: { interactivity: { request_url: "https://example.com/tocsin/slack/events" } },
  });
});

test.each(["http://tocsin.example.com", "tocsin.example.com", "", "https://tocsin.example.com/?x=1"])(
  "an address Slack would not take is refused: %j",
  (url) => {
    expect(() => manifest({ commands, url })).toThrow("--url is not an address Slack can reach");
  },
);

test("whatever is written, the YAML reads back as the same", () => {
  const value = {
    plain: "word",
    awkward: ["yes", "null", "- a", "a: b", "#x", "1", "", " x", "a #b", 'quo"te', "é\n", "@x", "a:", "true"],
    nested: [{ a: 1, b: [{ c: true }] }, [["x"]]],
    empty: { list: [], map: {} },
  };
  expect(parse(manifestYaml(value))).toEqual(value);
});

describe("the manifest and the commands", () => {
  const written = slackManifest.parse(manifest({ commands }));

  test("every slash command that has commands is declared, and no other", () => {
    expect(written.features.slash_commands.map((slash) => slash.command)).toEqual([
      ...new Set(commands.map(({ name }) => name.split(" ")[0])),
    ]);
  });

  test("every shortcut of a command is declared under its callback id, each once", () => {
    const declared = commands.flatMap((one) =>
      Object.entries(one.shortcuts ?? {}).map(([id, { type }]) => `${type} ${id}`),
    );
    expect(written.features.shortcuts.map(({ type, callback_id }) => `${type} ${callback_id}`)).toEqual(declared);
    expect(unique(declared)).toBe(true);
  });

  test("every event a command handles is subscribed to", () => {
    const subscribed = new Set(botEvents().map((name) => name.replace(/^message\..*/, "message")));
    for (const one of commands)
      for (const name of Object.keys(one.events ?? {})) expect([...subscribed]).toContain(name.split(".")[0]);
  });

  test("a slash command is declared once it has a command, whatever its verbs", () => {
    const more: readonly Command[] = ["/runbook run", "/runbook search"].map((name) =>
      command({ name, summary: "", examples: [], args: {}, needs: "member", run: async () => undefined }),
    );
    expect(slackManifest.parse(manifest({ commands: [...commands, ...more] })).features.slash_commands.at(-1)).toEqual({
      command: "/runbook",
      description: "Find and run a runbook",
      usage_hint: "search <words> | run <name> | help",
      should_escape: true,
    });
  });
});

describe("the scopes", () => {
  const { methods } = JSON.parse(read("src/sandbox/slack/facts/slack-methods.json")) as {
    readonly methods: Readonly<Record<string, { readonly scope: { readonly bot?: readonly string[] } }>>;
  };
  const granted = scopes.map(({ name }) => name);

  test("every method named in src/slack has one of the scopes it needs", () => {
    const files = readdirSync(new URL("src/slack/", root), { recursive: true, encoding: "utf8" });
    const called = new Set<string>();
    for (const file of files.filter((name) => name.endsWith(".ts") && !name.endsWith("scopes.ts")))
      for (const [, name = ""] of read(`src/slack/${file}`).matchAll(/"([a-z]+(?:\.[a-zA-Z]+)+)"/g))
        if (name in methods) called.add(name);
    expect(called.size).toBeGreaterThan(10);
    for (const name of called) {
      const needed = methods[name]?.scope.bot ?? [];
      if (needed.length > 0)
        expect(
          needed.some((one) => granted.includes(one)),
          `${name} needs ${needed}`,
        ).toBe(true);
      else expect([...freeMethods, "apps.connections.open", "chat.getPermalink"]).toContain(name);
    }
  });

  test("every method that a scope is asked for needs it, as Slack's reference says", () => {
    for (const { name, methods: named, events } of scopes) {
      for (const method of named) expect(methods[method]?.scope.bot, `${method} and ${name}`).toContain(name);
      if (name !== "commands") expect(named.length + events.length, `${name} is used by something`).toBeGreaterThan(0);
    }
  });

  test("docs/slack-scopes.md explains each of them in one line", () => {
    const introduction = read("docs/slack-scopes.md").split("|---|---|---|\n")[0];
    const rows = scopes.map(({ name, why, methods: named, events }) => {
      const uses = [...named, ...events].map((use) => `\`${use}\``).join(", ") || "commands and shortcuts themselves";
      return `| \`${name}\` | ${why} | ${uses} |`;
    });
    const ending =
      "\nFor Socket Mode the app-level token needs one scope of its own, `connections:write` (`apps.connections.open`). " +
      "`chat:write.public`, `chat:write.customize`, `files:read` and user scopes are not asked for.\n";
    const page = `${introduction}|---|---|---|\n${rows.join("\n")}\n${ending}`;
    if (process.env.GOLDEN === "write") writeFileSync(new URL("docs/slack-scopes.md", root), page);
    expect(read("docs/slack-scopes.md"), "npm run golden writes it anew").toBe(page);
  });
});
