import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { startClock } from "../../../src/sandbox/clock.ts";
import { type Partners, startPartners } from "../../../src/sandbox/partners/index.ts";

let partners: Partners;
beforeEach(async () => {
  partners = await startPartners({ clock: startClock(() => Date.UTC(2026, 0, 5, 12)) });
});
afterEach(() => partners.stop());

const issues = "/repos/waooaw/platform/issues";
const github = (path: string, body?: unknown, headers: Readonly<Record<string, string>> = {}) =>
  fetch(`${partners.urlOf("github")}${path}`, {
    ...(body === undefined ? {} : { method: "POST", body: JSON.stringify(body) }),
    headers: { authorization: `Bearer ${partners.github.token}`, "user-agent": "t", ...headers },
  });
const jira = (path: string, fields?: unknown, token = partners.jira.token) =>
  fetch(`${partners.urlOf("jira")}${path}`, {
    ...(fields === undefined ? {} : { method: "POST", body: JSON.stringify({ fields }) }),
    headers: { authorization: `Basic ${Buffer.from(`${partners.jira.email}:${token}`).toString("base64")}` },
  });
const sound = { project: { key: "OPS" }, issuetype: { name: "Task" }, summary: "s" };

describe("the stand-in of GitHub", () => {
  test.each([
    ["a wrong token", issues, { title: "t" }, { authorization: "Bearer x" }, 401],
    ["another repository", "/repos/waooaw/other/issues", { title: "t" }, {}, 404],
    ["no title", issues, {}, {}, 422],
    ["a title of 257 characters", issues, { title: "x".repeat(257) }, {}, 422],
    ["labels that are no list", issues, { title: "t", labels: "incident" }, {}, 422],
    ["somebody who cannot be given issues", issues, { title: "t", assignees: ["nobody"] }, {}, 422],
    ["a sound issue", issues, { title: "t" }, {}, 201],
  ] as const)("answers %s as GitHub does", async (_what, path, body, headers, status) => {
    const answer = await github(path, body, headers);
    expect(answer.status).toBe(status);
    if (status >= 400) expect(await answer.json()).toMatchObject({ message: expect.any(String), status: `${status}` });
  });

  test("lists by state and change, and says that a deleted one is gone", async () => {
    for (const title of ["one", "two"]) await github(issues, { title });
    partners.github.close(1, "ana-ruiz");
    expect(await (await github(issues)).json()).toMatchObject([{ number: 2, state: "open" }]);
    expect(await (await github(`${issues}?state=all&since=2026-01-05T12:00:01Z`)).json()).toEqual([]);
    partners.github.remove(2);
    expect((await github(`${issues}/2`)).status).toBe(410);
    expect((await github(`${issues}/9`)).status).toBe(404);
  });
});

describe("the stand-in of Jira", () => {
  test.each([
    ["an unknown project", { ...sound, project: { key: "NOPE" } }, "project"],
    ["an unknown kind", { ...sound, issuetype: { name: "Wish" } }, "issuetype"],
    ["no summary", { ...sound, summary: "" }, "summary"],
    ["a summary of two lines", { ...sound, summary: "a\nb" }, "summary"],
    ["a label with a space", { ...sound, labels: ["a b"] }, "labels"],
    ["a description that is no document", { ...sound, description: "text" }, "description"],
    ["a day that is none", { ...sound, duedate: "tomorrow" }, "duedate"],
    ["somebody it does not know", { ...sound, assignee: { accountId: "x" } }, "assignee"],
    ["a field that is on no screen", { ...sound, customfield_1: 1 }, "customfield_1"],
  ])("refuses %s and names the field", async (_what, fields, field) => {
    const answer = await jira("/rest/api/3/issue", fields);
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ errors: { [field]: expect.any(String) } });
  });

  test("takes its token only, and a sound issue", async () => {
    expect((await jira("/rest/api/3/issue", sound, "x")).status).toBe(401);
    expect((await jira("/rest/api/3/issue", sound)).status).toBe(201);
    expect((await jira("/rest/api/3/search/jql?jql=labels%20%3D%20x")).status).toBe(400);
  });
});
