import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { parseConfiguration } from "../../src/config.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tocsin-announcements-"));
  mkdirSync(join(folder, "ours"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const write = (name: string, text: string) => writeFileSync(join(folder, "ours", name), text);
const parse = (text = "announcements: { folder: ours }") =>
  parseConfiguration([{ name: join(folder, "tocsin.yaml"), text }], { environment: {}, operations: [] }).configuration
    .announcements;

describe("[I7] a folder of the team's own announcements", () => {
  test("each file is the wording of the status it is named for; what else lies there is left alone", () => {
    write("resolved.md", "It is over after {{duration}}.\r\nCause: {{cause}}\n");
    write("notes.txt", "not ours");
    expect(parse()).toEqual({ resolved: "It is over after {{duration}}.\nCause: {{cause}}" });
  });

  test("what is wrong is told with file and line, all of it at once", () => {
    write("resolved.md", "It is over.\nSince {{startd}}.");
    write("melting.md", "x");
    write("closed.md", " ");
    write("mitigated.md", "fine");
    expect(() => parse("announcements: { folder: ours, mitigated: also fine }")).toThrow(
      /ours\/closed\.md:1:1 closed: is empty[\s\S]*melting\.md:1:1 melting: is no status; name the file for one of detected[\s\S]*mitigated\.md:1:1 mitigated: is also in [\s\S]*resolved\.md:2:1 resolved: names \{\{startd\}\}, which is nothing/,
    );
    expect(() => parse("announcements: { folder: nowhere }")).toThrow(
      /tocsin\.yaml:1:\d+ announcements\.folder: nowhere cannot be read; put the path right\./,
    );
  });
});
