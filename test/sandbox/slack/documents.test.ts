import { expect, test } from "vitest";
import { boltOverHttp, stage } from "./bolt-app.ts";
import { rawApp } from "./raw-app.ts";

async function failure(call: Promise<unknown>): Promise<string> {
  return await call.then(
    () => "none",
    (error: { data: { error: string } }) => error.data.error,
  );
}

test("the real client uploads a file in three steps, and people can open it", async () => {
  const { slack, client } = await stage();
  const { ts = "" } = await client.chat.postMessage({ channel: "C0OPS", text: "root" });
  await client.filesUploadV2({
    channel_id: "C0OPS",
    thread_ts: ts,
    initial_comment: "The draft",
    filename: "post-mortem.md",
    title: "Post-mortem",
    file: Buffer.from("# What happened"),
  });
  const message = slack.channel("U0ANA", "C0OPS")?.messages.at(-1);
  expect(message).toMatchObject({
    text: "The draft",
    threadTs: ts,
    files: [{ title: "Post-mortem", mimetype: "text/markdown", size: 15 }],
  });
  const id = message?.files[0]?.id ?? "";
  expect(message?.files[0]?.url).toBe(`/sandbox/files/${id}`);
  expect(slack.file(id)).toEqual({
    name: "post-mortem.md",
    mimetype: "text/markdown",
    bytes: Buffer.from("# What happened"),
  });
});

test("an upload that was never sent, sent short, or completed twice is refused", async () => {
  const { client } = await stage();
  const complete = (id: string) =>
    client.files.completeUploadExternal({ files: [{ id, title: "x" }], channel_id: "C0OPS" });
  const one = await client.files.getUploadURLExternal({ filename: "a.txt", length: 3 });
  expect(await failure(complete(one.file_id ?? ""))).toBe("file_not_found");
  expect((await fetch(one.upload_url ?? "", { method: "POST", body: "ab" })).status).toBe(400);
  expect((await fetch(one.upload_url ?? "", { method: "POST", body: "abc" })).status).toBe(200);
  expect(await failure(complete(one.file_id ?? ""))).toBe("none");
  expect(await failure(complete(one.file_id ?? ""))).toBe("file_not_found");
  expect(await failure(client.apiCall("files.getUploadURLExternal", { filename: "a.txt" }))).toBe("missing_argument");
});

test("a person's upload reaches the app with its file, which it can fetch with the scope for it", async () => {
  const { slack } = await stage({ scopes: ["channels:history", "files:read", "chat:write"] });
  const requests = await rawApp(slack);
  const file = { name: "graph.png", base64: Buffer.from("png").toString("base64") };
  await slack.act("U0ANA", { act: "post", channel: "C0OPS", text: "look", file });
  await slack.idle();
  const event = requests[0]?.payload.event;
  expect(event).toMatchObject({
    subtype: "file_share",
    text: "look",
    files: [{ name: "graph.png", mimetype: "image/png" }],
  });
  const url = event.files[0].url_private as string;
  expect((await fetch(url)).status).toBe(403);
  const fetched = await fetch(url, { headers: { authorization: `Bearer ${slack.botToken}` } });
  expect(await fetched.text()).toBe("png");
});

test("a channel has one canvas, which is edited section by section", async () => {
  const { slack, client } = await stage();
  const content = (markdown: string) => ({ type: "markdown" as const, markdown });
  const created = await client.conversations.canvases.create({
    channel_id: "C0OPS",
    document_content: content("# Post-mortem\n\nDraft\n\n## Timeline\n\n- one\n- two"),
  });
  const id = created.canvas_id ?? "";
  const again = client.conversations.canvases.create({ channel_id: "C0OPS" });
  expect(await failure(again)).toBe("channel_canvas_already_exists");
  const { sections } = await client.canvases.sections.lookup({
    canvas_id: id,
    criteria: { section_types: ["any_header"], contains_text: "timeline" },
  });
  await client.canvases.edit({
    canvas_id: id,
    changes: [{ operation: "insert_before", section_id: sections?.[0]?.id ?? "", document_content: content("Impact") }],
  });
  expect(slack.canvas(id)?.markdown).toBe("# Post-mortem\n\nDraft\n\nImpact\n\n## Timeline\n\n- one\n- two");
  await client.canvases.edit({ canvas_id: id, changes: [{ operation: "replace", document_content: content("New") }] });
  expect(slack.canvas(id)?.markdown).toBe("New");
  expect(slack.channel("U0ANA", "C0OPS")?.canvases).toEqual([{ id, title: "ops", url: `/sandbox/canvases/${id}` }]);
  const two = [1, 2].map(() => ({ operation: "insert_at_end" as const, document_content: content("x") }));
  expect(await failure(client.canvases.edit({ canvas_id: id, changes: two as never }))).toBe("invalid_arguments");
  await client.canvases.delete({ canvas_id: id });
  expect(await failure(client.canvases.delete({ canvas_id: id }))).toBe("canvas_not_found");
});

test("blocks.validate needs no token and answers with pointers", async () => {
  const { slack } = await stage();
  const validate = async (args: Record<string, string>) => {
    const response = await fetch(`${slack.apiUrl}blocks.validate`, { method: "POST", body: new URLSearchParams(args) });
    return (await response.json()) as object;
  };
  expect(await validate({ blocks: '[{"type":"divider"}]' })).toEqual({ ok: true });
  expect(await validate({ blocks: '[{"type":"section","text":{"type":"html","text":"x"}}]' })).toMatchObject({
    ok: false,
    error: "invalid_blocks",
    errors: expect.arrayContaining([
      { code: "failed_constraint", message: "unsupported type: html", pointer: "/0/text/type" },
    ]),
  });
  expect(await validate({ view: "{}" })).toMatchObject({ error: "invalid_view" });
});

test("what was dumped is there again after a restart, tokens included", async () => {
  const { slack, client, clock } = await stage();
  const { ts = "" } = await client.chat.postMessage({ channel: "C0OPS", text: "before" });
  await client.pins.add({ channel: "C0OPS", timestamp: ts });
  const at = Math.floor(clock.now() / 1000) + 60;
  await client.chat.scheduleMessage({ channel: "C0OPS", text: "later", post_at: at });
  await client.chat.postEphemeral({ channel: "C0OPS", user: "U0ANA", text: "gone" });
  const dumped: unknown = JSON.parse(JSON.stringify(slack.dump()));
  await slack.stop();
  const next = await stage({ restore: dumped, clock });
  expect(next.slack.botToken).toBe(slack.botToken);
  expect(next.slack.channel("U0ANA", "C0OPS")).toMatchObject({ pins: [ts] });
  const { ts: after = "" } = await next.client.chat.postMessage({ channel: "C0OPS", text: "after" });
  expect(after > ts).toBe(true);
  await clock.advance(61_000);
  const texts = next.slack.channel("U0ANA", "C0OPS")?.messages.map((message) => message.text);
  expect(texts).toEqual(["before", "<@U0TOC> pinned a message to this channel.", "after", "later"]);
});

test("a page is told of what its person can see, and of nothing else", async () => {
  const { slack, client } = await stage();
  const told: [string, number][] = [];
  for (const as of ["U0ANA", "U0GUS"]) slack.onChange(as, (version) => told.push([as, version]));
  const { channel } = await client.conversations.create({ name: "secret", is_private: true });
  await client.conversations.invite({ channel: channel?.id ?? "", users: "U0ANA" });
  told.length = 0;
  await client.chat.postMessage({ channel: channel?.id ?? "", text: "x" });
  await client.chat.postEphemeral({ channel: channel?.id ?? "", user: "U0ANA", text: "x" });
  expect(new Set(told.map(([as]) => as))).toEqual(new Set(["U0ANA"]));
  expect(slack.state("U0ANA")?.version).toBe(told.at(-1)?.[1]);
  expect(slack.channel("U0GUS", channel?.id ?? "")).toBeNull();
  expect(slack.state("U0GUS")?.channels.map((one) => one.name)).toEqual(["general"]);
  expect(slack.state("U0GUS")?.me.kind).toBe("guest");
  expect(slack.state("U0OTT")?.me.kind).toBe("outsider");
});

test("people act only where they are, and only as themselves", async () => {
  const { slack, client } = await stage();
  await boltOverHttp(slack, () => {});
  const act = async (as: string, what: Parameters<typeof slack.act>[1]) => (await slack.act(as, what)).error;
  const { ts = "" } = await client.chat.postMessage({ channel: "C0OPS", text: "card" });
  expect(await act("U0GUS", { act: "post", channel: "C0OPS", text: "x" })).toBe("There is no such channel.");
  expect(await act("U0TOC", { act: "post", channel: "C0OPS", text: "x" })).toBe("An app does not act by hand.");
  expect(await act("U0ANA", { act: "edit", channel: "C0OPS", ts, text: "x" })).toBe(
    "You can edit only your own messages.",
  );
  await slack.act("U0ANA", { act: "leave", channel: "C0OPS" });
  expect(await act("U0ANA", { act: "post", channel: "C0OPS", text: "x" })).toBe("You are not in #ops. Join it first.");
  slack.changePerson("U0ANA", { deleted: true });
  expect(await act("U0ANA", { act: "home" })).toBe("This account is deactivated.");
  await slack.act("U0BEN", { act: "archive", channel: "C0OPS" });
  expect(await act("U0BEN", { act: "post", channel: "C0OPS", text: "x" })).toBe("#ops is archived.");
});
