import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { readTemplate } from "../../src/config/postmortem-template.ts";
import { parseConfiguration } from "../../src/config.ts";
import { chooseTemplate } from "../../src/domain/postmortem/settings.ts";
import { ConfigurationError } from "../../src/errors.ts";

const folder = mkdtempSync(join(tmpdir(), "tocsin-templates-"));
afterAll(() => rmSync(folder, { recursive: true }));

const parse = (text: string) =>
  parseConfiguration([{ name: join(folder, "tocsin.yaml"), text }], { environment: {}, operations: null }).configuration
    .postmortem;

function faults(text: string): readonly string[] {
  try {
    parse(text);
  } catch (error) {
    if (error instanceof ConfigurationError)
      return error.message.split("\n").map((line) => line.replaceAll(`${folder}/`, ""));
    throw error;
  }
  return [];
}

const incident = { severity: "SEV1", isPrivate: false, kind: "real" as const };

describe("the post-mortem's part of the configuration", () => {
  test("left out, chooses a template by what the incident is", () => {
    const settings = parse("");
    expect(chooseTemplate(settings, incident)).toBe("default");
    expect(chooseTemplate(settings, { ...incident, severity: "SEV4" })).toBe("brief");
    expect(chooseTemplate(settings, { ...incident, isPrivate: true })).toBe("security");
    expect(chooseTemplate(settings, { ...incident, isPrivate: true, kind: "drill" })).toBe("drill");
    expect(settings.templates.map((one) => one.name)).toEqual(["default", "brief", "security", "drill"]);
  });

  test("one's own sections stand in the default template, and everywhere but in drills", () => {
    const settings = parse("postmortem: { sections: [{ id: cause, title: Cause }] }");
    expect(settings.templates[0]?.sections.map((one) => one.id)).toEqual(["cause"]);
    expect(settings.templates[0]?.body).not.toContain("{{section");
    expect(chooseTemplate(settings, { ...incident, isPrivate: true })).toBe("default");
  });

  test("a team's own template is read from beside the file and stands for a built-in one of its name", () => {
    writeFileSync(
      join(folder, "brief.md"),
      "---\ntitle: Ours\nsections:\n  - { id: cost, title: Cost, kind: number, unit: euros }\n---\n# {{heading}}\n{{section cost}}\n",
    );
    const settings = parse(
      "postmortem:\n  templates: { brief: brief.md }\n  choose: [{ template: brief, severities: [sev-1] }]",
    );
    expect(settings.templates.filter((one) => one.name === "brief")).toMatchObject([{ title: "Ours" }]);
    expect(chooseTemplate(settings, incident)).toBe("brief");
    expect(chooseTemplate(settings, { ...incident, severity: "SEV2" })).toBe("default");
  });

  test("faults name the template's own file and line", () => {
    writeFileSync(
      join(folder, "bad.md"),
      "---\ntitle: Bad\nsections:\n  - { id: a, title: A, kidn: text }\n---\n# {{heading}}\n",
    );
    writeFileSync(
      join(folder, "worse.md"),
      "---\ntitle: Worse\nsections:\n  - { id: a, title: A, kind: select }\n  - { id: a, title: B }\n---\n# {{headin}}\n\n{{section b}} and {{timeline}}\n",
    );
    writeFileSync(join(folder, "headless.md"), "# {{heading}}\n");
    expect(
      faults(
        "postmortem:\n  templates:\n    bad: bad.md\n    worse: worse.md\n    headless: headless.md\n    none: none.md\n",
      ).toSorted(),
    ).toEqual(
      [
        "tocsin.yaml:6:11 postmortem.templates.none: none.md cannot be read; put the path right.",
        "bad.md:4:24 sections[0].kidn: is not a known key; did you mean kind?",
        "headless.md:1:1 the head: a template begins with a head between two lines of ---, with title and sections; write it.",
        "worse.md:4:30 sections[0].kind: offers nothing to choose; write options: [one, two].",
        "worse.md:5:11 sections[1].id: is the id of an earlier section; give each its own.",
        "worse.md:7:1 section a: stands nowhere below the head; write {{section a}} or {{other sections}} where it belongs.",
        "worse.md:7:3 {{headin}}: is not a known field; did you mean {{heading}}?",
        "worse.md:9:1 {{section b}}: is not a known field; did you mean {{section a}}?",
      ].sort(),
    );
  });

  test("names that lead nowhere are faults too", () => {
    expect(
      faults(
        "postmortem:\n  template: defautl\n  choose: [{ template: breif, severities: [SEV9] }]\n  approval: { needed: 1, by: [] }\n  linter: { off: [blaming] }\n",
      ),
    ).toEqual([
      'tocsin.yaml:2:13 postmortem.template: "defautl" is no template here; did you mean default?',
      'tocsin.yaml:3:24 postmortem.choose[0].template: "breif" is no template here; did you mean brief?',
      'tocsin.yaml:3:44 postmortem.choose[0].severities[0]: "SEV9" is no severity here; did you mean SEV1?',
      "tocsin.yaml:4:26 postmortem.approval.by: is empty although approvals are asked for; name who may.",
      expect.stringMatching(
        /^tocsin\.yaml:5:19 postmortem\.linter\.off\[0\]: cannot be "blaming"; write one of empty-section/,
      ),
    ]);
  });

  test("a file with Windows line ends and a byte order mark is read", () => {
    const text = "\uFEFF---\r\ntitle: T\r\nsections:\r\n  - { id: a, title: A }\r\n---\r\n{{section a}}\r\n";
    expect(readTemplate("t", "t.md", text)).toMatchObject({ faults: [], template: { title: "T" } });
  });
});
