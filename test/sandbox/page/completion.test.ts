import { describe, expect, test } from "vitest";
import { complete } from "../../../src/sandbox/page/browser/text/completion.ts";
import type { ChannelState, PersonState } from "../../../src/sandbox/page/protocol.ts";
import { commands } from "./commands.ts";

const person = (id: string, name: string, realName: string, kind: PersonState["kind"] = "member"): PersonState => ({
  id,
  name,
  realName,
  title: "",
  kind,
  color: "112233",
});
const channel = (id: string, name: string, archived = false): ChannelState => ({
  id,
  name,
  kind: "public",
  archived,
  topic: "",
  memberIds: [],
  isMember: true,
  unread: 0,
  mentions: 0,
});

const known = {
  commands,
  people: [
    person("U0ANA", "ana", "Ana Ruiz"),
    person("U0BEN", "ben", "Ben Okafor"),
    person("U0OLD", "ann", "Ann Gone", "deleted"),
  ],
  channels: [channel("C0OPS", "ops"), channel("C0INC", "inc-42-api"), channel("C0OLD", "opsold", true)],
  groups: [{ id: "S0ONCALL", handle: "oncall" }],
};

function inserts(text: string, caret = text.length): readonly string[] {
  return complete(text, caret, known)?.choices.map(({ insert }) => insert) ?? [];
}

describe("completion of commands", () => {
  test.each([
    ["/", ["/incident ", "/ops "]],
    ["/in", ["/incident "]],
    ["/IN", ["/incident "]],
    ["/nothing", []],
    ["/ops ", ["scale ", "scale backend ", "status "]],
    ["/ops sc", ["scale ", "scale backend "]],
    ["/ops scale b", ["scale backend "]],
    ["/ops scale backend 6", []],
    ["/nothing sc", []],
    ["say /ops sc", []],
  ])("%s", (text, expected) => {
    expect(inserts(text)).toEqual(expected);
  });

  test("Enter takes a half-typed command, but sends a whole one and words that stand by themselves", () => {
    expect(complete("/in", 3, known)?.eager).toBe(true);
    expect(complete("/ops", 4, known)?.eager).toBe(false);
    expect(complete("/ops sc", 7, known)?.eager).toBe(false);
  });

  test("what is chosen replaces the words after the command", () => {
    expect(complete("/ops scale b", 12, known)?.from).toBe("/ops ".length);
  });
});

describe("completion of names", () => {
  test.each([
    ["hello @an", ["@ana "]],
    ["hello @oka", ["@ben "]],
    ["@on", ["@oncall "]],
    ["@her", ["@here "]],
    ["mail ana@an", []],
    ["in #op", ["#ops "]],
    ["#42", ["#inc-42-api "]],
    ["/ops status @an", ["@ana "]],
    [":white_ch", [":white_check_mark: "]],
    [":w", []],
  ])("%s", (text, expected) => {
    expect(inserts(text)).toEqual(expected);
  });

  test("only what stands before the caret counts", () => {
    expect(inserts("hi @an there", 6)).toEqual(["@ana "]);
    expect(inserts("hi @an there")).toEqual([]);
  });
});
