import type { ModalView } from "@slack/types";
import { expect, test } from "vitest";
import { startClock } from "../../../src/sandbox/clock.ts";
import { stage } from "./bolt-app.ts";
import { type Answer, rawApp } from "./raw-app.ts";

function modal(change: object = {}): ModalView {
  return {
    type: "modal",
    title: { type: "plain_text", text: "Title" },
    blocks: [{ type: "section", text: { type: "plain_text", text: "hello" } }],
    ...change,
  };
}

function input(blockId: string, element: object, more: object = {}): ModalView["blocks"][number] {
  const block = { type: "input", block_id: blockId, label: { type: "plain_text", text: blockId }, element, ...more };
  return block as ModalView["blocks"][number];
}

async function failure(call: Promise<unknown>): Promise<string> {
  return await call.then(
    () => "none",
    (error: { data: { error: string } }) => error.data.error,
  );
}

async function formStage(answer: () => Answer = () => ({})) {
  // The time stands still, so that a busy machine does not let a trigger expire.
  const set = await stage({ clock: startClock(() => 1_800_000_000_000) });
  const requests = await rawApp(set.slack, answer);
  const trigger = async () => {
    await set.slack.act("U0ANA", { act: "shortcut", callbackId: "declare" });
    return String(requests.at(-1)?.payload.trigger_id);
  };
  return { ...set, requests, trigger };
}

test("a trigger opens one view, within three seconds, and only when it was given out", async () => {
  const { client, clock, trigger } = await formStage();
  const first = await trigger();
  expect(await failure(client.views.open({ trigger_id: first, view: modal({ title: null }) }))).toBe(
    "invalid_arguments",
  );
  expect(await failure(client.views.open({ trigger_id: first, view: modal() }))).toBe("none");
  expect(await failure(client.views.open({ trigger_id: first, view: modal() }))).toBe("exchanged_trigger_id");
  expect(await failure(client.views.open({ trigger_id: "1.2.3", view: modal() }))).toBe("invalid_trigger_id");
  const late = await trigger();
  await clock.advance(3_001);
  expect(await failure(client.views.open({ trigger_id: late, view: modal() }))).toBe("expired_trigger_id");
});

test("a view that breaks a rule is refused with the pointer to it", async () => {
  const { client, trigger } = await formStage();
  const view = modal({
    title: { type: "plain_text", text: "x".repeat(25) },
    blocks: [input("a", { type: "plain_text_input" })],
  });
  const answer = await client.views.open({ trigger_id: await trigger(), view }).then(
    () => ({}),
    (error: { data: object }) => error.data,
  );
  expect(answer).toMatchObject({
    error: "invalid_arguments",
    response_metadata: {
      messages: [
        "[ERROR] failed to match all allowed schemas [json-pointer:/view]",
        "[ERROR] must be less than 25 characters [json-pointer:/view/title/text]",
        "[ERROR] must define `submit` to use an `input` block in modals [json-pointer:/view/blocks/0/input]",
      ],
    },
  });
});

test("three views stack, a fourth does not, and Cancel uncovers the one below", async () => {
  const { slack, client, requests, trigger } = await formStage();
  const button = { type: "button", action_id: "more", text: { type: "plain_text", text: "More" } };
  const view = modal({ notify_on_close: true, blocks: [{ type: "actions", block_id: "b", elements: [button] }] });
  await client.views.open({ trigger_id: await trigger(), view });
  expect(await failure(client.views.push({ trigger_id: await trigger(), view }))).toBe("not_found");
  const open = () => slack.state("U0ANA")?.views ?? [];
  const press = async () => {
    const viewId = open().at(-1)?.id ?? "";
    await slack.act("U0ANA", {
      act: "click",
      in: { type: "view", viewId },
      blockId: "b",
      actionId: "more",
      value: {},
      state: {},
    });
    return String(requests.at(-1)?.payload.trigger_id);
  };
  const second = await client.views.push({ trigger_id: await press(), view });
  expect(second.view).toMatchObject({ previous_view_id: open()[0]?.id, root_view_id: open()[0]?.id });
  await client.views.push({ trigger_id: await press(), view });
  expect(await failure(client.views.push({ trigger_id: await press(), view }))).toBe("push_limit_reached");
  await slack.act("U0ANA", { act: "close", viewId: open()[2]?.id ?? "", all: false });
  expect(open()).toHaveLength(2);
  expect(requests.at(-1)?.payload).toMatchObject({ type: "view_closed", is_cleared: false });
  const root = open()[0]?.id;
  await slack.act("U0ANA", { act: "close", viewId: open()[1]?.id ?? "", all: true });
  expect(open()).toEqual([]);
  expect(requests.at(-1)?.payload).toMatchObject({ type: "view_closed", is_cleared: true, view: { id: root } });
});

test("an update keeps what was typed, and does not go over a newer view when it says which it knows", async () => {
  const { slack, client, requests, trigger } = await formStage();
  const submit = { type: "plain_text", text: "Send" };
  const element = { type: "plain_text_input", action_id: "value" };
  const button = { type: "button", action_id: "more", text: { type: "plain_text", text: "More" } };
  const blocks = [input("a", element), { type: "actions", block_id: "b", elements: [button] }];
  const opened = await client.views.open({
    trigger_id: await trigger(),
    view: modal({ submit, blocks, external_id: "form" }),
  });
  const viewId = opened.view?.id ?? "";
  await slack.act("U0ANA", {
    act: "click",
    in: { type: "view", viewId },
    blockId: "b",
    actionId: "more",
    value: {},
    state: { a: { value: { type: "plain_text_input", value: "typed" } } },
  });
  expect(requests.at(-1)?.payload.view.state.values.a.value.value).toBe("typed");
  const newer = await client.views.update({
    external_id: "form",
    hash: opened.view?.hash ?? "",
    view: modal({ submit, blocks: [input("c", element), ...blocks], external_id: "form" }),
  });
  expect(newer.view?.state).toMatchObject({
    values: { a: { value: { value: "typed" } }, c: { value: { value: null } } },
  });
  expect(await failure(client.views.update({ view_id: viewId, hash: opened.view?.hash ?? "", view: modal() }))).toBe(
    "hash_conflict",
  );
  expect(await failure(client.views.update({ view_id: "V0NONE", view: modal() }))).toBe("not_found");
  const again = client.views.open({ trigger_id: await trigger(), view: modal({ external_id: "form" }) });
  expect(await failure(again)).toBe("duplicate_external_id");
});

test("a form is checked as Slack's client checks it before the app hears of it", async () => {
  const { slack, client, requests, trigger } = await formStage();
  const option = (value: string) => ({ text: { type: "plain_text", text: value }, value });
  const view = modal({
    submit: { type: "plain_text", text: "Send" },
    callback_id: "form",
    blocks: [
      input("title", { type: "plain_text_input", action_id: "v", max_length: 5 }),
      input("count", {
        type: "number_input",
        action_id: "v",
        is_decimal_allowed: false,
        min_value: "1",
        max_value: "8",
      }),
      input("sev", { type: "static_select", action_id: "v", options: [option("sev1"), option("sev2")] }),
      input("who", { type: "users_select", action_id: "v" }, { optional: true }),
      input("mail", { type: "email_text_input", action_id: "v" }, { optional: true }),
    ],
  });
  const { view: opened } = await client.views.open({ trigger_id: await trigger(), view });
  const before = requests.length;
  const submit = (values: Record<string, object>) =>
    slack.act("U0ANA", {
      act: "submit",
      viewId: opened?.id ?? "",
      values: Object.fromEntries(Object.entries(values).map(([key, value]) => [key, { v: value as never }])),
    });
  await submit({
    title: { value: "toolong" },
    count: { value: "9" },
    sev: { selected_option: { value: "sev3" } },
    mail: { value: "x" },
  });
  expect(slack.state("U0ANA")?.views[0]?.errors).toEqual({
    title: "Enter at most 5 characters.",
    count: "Enter a number of at most 8.",
    sev: "Choose one of the options.",
    mail: "Enter a valid email address.",
  });
  await submit({ title: { value: "" }, count: { value: "2.5" }, sev: { selected_option: null }, mail: { value: "" } });
  expect(slack.state("U0ANA")?.views[0]?.errors).toEqual({
    title: "Please complete this required field.",
    count: "Enter a whole number.",
    sev: "Please complete this required field.",
  });
  expect(requests).toHaveLength(before);
  expect(
    await submit({ title: { value: "good" }, count: { value: "2" }, sev: { selected_option: { value: "sev2" } } }),
  ).toEqual({ ok: true });
  expect(requests.at(-1)?.payload).toMatchObject({
    type: "view_submission",
    response_urls: [],
    view: {
      callback_id: "form",
      state: {
        values: {
          title: { v: { type: "plain_text_input", value: "good" } },
          count: { v: { type: "number_input", value: "2" } },
          sev: { v: { type: "static_select", selected_option: { text: { text: "sev2" }, value: "sev2" } } },
          who: { v: { type: "users_select", selected_user: null } },
          mail: { v: { type: "email_text_input", value: null } },
        },
      },
    },
  });
});

test("a file chosen in a form is kept and reported as Slack reports files", async () => {
  const { slack, client, requests, trigger } = await formStage();
  const element = { type: "file_input", action_id: "v", max_files: 1, filetypes: ["txt"] };
  await client.views.open({
    trigger_id: await trigger(),
    view: modal({ submit: { type: "plain_text", text: "Send" }, blocks: [input("log", element)] }),
  });
  const viewId = slack.state("U0ANA")?.views[0]?.id ?? "";
  const submit = (...names: string[]) => {
    const files = names.map((name) => ({ name, mimetype: "text/plain", base64: btoa("lines") }));
    return slack.act("U0ANA", { act: "submit", viewId, values: { log: { v: { type: "file_input", files } } } });
  };
  expect((await submit("a.png")).error).toBe("Choose a file of type txt.");
  expect((await submit("a.txt", "b.txt")).error).toBe("Choose at most 1 file.");
  expect((await submit("a.txt")).ok).toBe(true);
  const values: Record<string, Record<string, { files: { id: string }[] }>> = requests.at(-1)?.payload.view.state
    .values;
  const file = values.log?.v?.files[0];
  expect(file).toMatchObject({ name: "a.txt", size: 5, mimetype: "text/plain" });
  expect(slack.file(file?.id ?? "")?.bytes.toString()).toBe("lines");
});

test.each([
  ["errors for a field that does not exist", { response_action: "errors", errors: { nowhere: "no" } }],
  ["errors for nothing", { response_action: "errors", errors: {} }],
  ["a view that breaks a rule", { response_action: "update", view: modal({ title: undefined }) }],
  ["an unknown action", { response_action: "close" }],
  ["something left over", { response_action: "clear", view: modal() }],
  ["words", "done"],
])("a submission answered with %s is a failure the person sees", async (_what, body) => {
  const { slack, client, trigger } = await formStage(() => ({ body: body as object }));
  await client.views.open({
    trigger_id: await trigger(),
    view: modal({
      submit: { type: "plain_text", text: "Send" },
      blocks: [input("a", { type: "plain_text_input", action_id: "v" })],
    }),
  });
  const viewId = slack.state("U0ANA")?.views[0]?.id ?? "";
  const answer = await slack.act("U0ANA", { act: "submit", viewId, values: { a: { v: { value: "x" } } } });
  expect(answer).toEqual({ ok: false, error: "We had some trouble connecting. Try again?" });
  expect(slack.state("U0ANA")?.views[0]?.failure).toBe("We had some trouble connecting. Try again?");
});

test("a submission can update, push and clear", async () => {
  const answers: object[] = [];
  const { slack, client, trigger } = await formStage(() => ({ body: answers.shift() ?? "" }));
  const submit = { type: "plain_text", text: "Send" };
  await client.views.open({ trigger_id: await trigger(), view: modal({ submit }) });
  const open = () => slack.state("U0ANA")?.views ?? [];
  const send = () => slack.act("U0ANA", { act: "submit", viewId: open().at(-1)?.id ?? "", values: {} });
  answers.push(
    { response_action: "update", view: modal({ submit, callback_id: "two" }) },
    { response_action: "push", view: modal({ submit, callback_id: "three" }) },
    { response_action: "clear" },
  );
  await send();
  expect(open().map((view) => view.callbackId)).toEqual(["two"]);
  await send();
  expect(open().map((view) => view.callbackId)).toEqual(["two", "three"]);
  await send();
  expect(open()).toEqual([]);
});

test("an external select takes only what the app offered", async () => {
  const offered = { options: [{ text: { type: "plain_text", text: "backend" }, value: "backend" }] };
  const { slack, client, requests, trigger } = await formStage(() => ({ body: offered }));
  const element = { type: "external_select", action_id: "v", min_query_length: 2 };
  await client.views.open({
    trigger_id: await trigger().catch(() => ""),
    view: modal({ submit: { type: "plain_text", text: "Send" }, blocks: [input("s", element)] }),
  });
  const viewId = slack.state("U0ANA")?.views[0]?.id ?? "";
  const where = { in: { type: "view" as const, viewId }, blockId: "s", actionId: "v" };
  const submit = (value: string) =>
    slack.act("U0ANA", { act: "submit", viewId, values: { s: { v: { selected_option: { value } } } } });
  const before = requests.length;
  expect(await slack.act("U0ANA", { act: "suggest", ...where, query: "b" })).toEqual({
    ok: true,
    result: { options: [] },
  });
  expect(requests).toHaveLength(before);
  expect((await submit("backend")).error).toBe("Choose one of the options.");
  expect(await slack.act("U0ANA", { act: "suggest", ...where, query: "ba" })).toEqual({ ok: true, result: offered });
  expect(requests.at(-1)?.payload).toMatchObject({
    type: "block_suggestion",
    value: "ba",
    action_id: "v",
    block_id: "s",
  });
  await submit("backend");
  expect(requests.at(-1)?.payload.view.state.values.s.v.selected_option.text.text).toBe("backend");
});

test("the Home tab is published, opened and pressed", async () => {
  const { slack, client, requests } = await formStage();
  const button = {
    type: "button" as const,
    action_id: "declare",
    text: { type: "plain_text" as const, text: "Declare" },
  };
  const view = { type: "home" as const, blocks: [{ type: "actions" as const, block_id: "b", elements: [button] }] };
  const { view: published } = await client.views.publish({ user_id: "U0ANA", view });
  expect(slack.state("U0ANA")?.home).toMatchObject({ blocks: [{ block_id: "b" }] });
  await client.views.publish({ user_id: "U0ANA", view, hash: published?.hash ?? "" });
  expect(await failure(client.views.publish({ user_id: "U0ANA", view, hash: published?.hash ?? "" }))).toBe(
    "hash_conflict",
  );
  expect(await failure(client.views.publish({ user_id: "U0ANA", view: modal() as never }))).toBe("invalid_arguments");
  await slack.act("U0ANA", { act: "home" });
  await slack.act("U0ANA", {
    act: "click",
    in: { type: "home" },
    blockId: "b",
    actionId: "declare",
    value: {},
    state: {},
  });
  await slack.idle();
  expect(requests.at(-1)?.payload).toMatchObject({
    type: "block_actions",
    container: { type: "view" },
    view: { type: "home" },
  });
  const triggered = String(requests.at(-1)?.payload.trigger_id);
  expect(await failure(client.views.open({ trigger_id: triggered, view: modal() }))).toBe("none");
});
