/** A browser on the bot's pages of second factors: keeps its cookie, sends its origin, reads what is shown. */
import { Secret, TOTP } from "otpauth";
import type { createSoftPasskey, PasskeyFaults } from "./passkey.ts";

export interface Shown {
  readonly status: number;
  readonly text: string;
  readonly headers: Headers;
  readonly json: Readonly<Record<string, unknown>>;
}

type Passkey = ReturnType<typeof createSoftPasskey>;

export function createFactorBrowser(link: string) {
  const { origin } = new URL(link);
  let cookie = "";

  const go = async (path: string, init: RequestInit = {}): Promise<Shown> => {
    const headers = { ...(init.headers as Record<string, string>), ...(cookie === "" ? {} : { cookie }) };
    const response = await fetch(new URL(path, origin), { ...init, headers, redirect: "manual" });
    const [set] = response.headers.getSetCookie();
    if (set !== undefined) cookie = set.split(";")[0] ?? "";
    const to = response.headers.get("location");
    if (to !== null) return go(to);
    const text = await response.text();
    const isJson = response.headers.get("content-type")?.startsWith("application/json") ?? false;
    return { status: response.status, text, headers: response.headers, json: isJson ? JSON.parse(text) : {} };
  };

  const browser = {
    origin,
    token: new URL(link).pathname.split("/").at(-1) ?? "",
    see: (path = link) => go(path),
    /** Sends a form of a page. */
    send: (path: string, fields: Readonly<Record<string, string>> = {}, from: string | null = origin) =>
      go(`/factor/${path}`, {
        method: "POST",
        headers: {
          "content-type": "application/x-www-form-urlencoded",
          ...(from === null ? {} : { origin: from }),
        },
        body: new URLSearchParams(fields).toString(),
      }),
    /** Sends what the pages' script sends. */
    post: (path: string, body: object = {}) =>
      go(`/factor/${path}`, {
        method: "POST",
        headers: { "content-type": "application/json", origin },
        body: JSON.stringify(body),
      }),
    opens: () => browser.send("open", { token: browser.token }),
    addsPasskey: async (passkey: Passkey, faults: PasskeyFaults = {}): Promise<Shown> => {
      const { json } = await browser.post("passkey/new");
      return browser.post("passkey/add", { answer: passkey.make(json.options as never, faults) });
    },
    /** Proves, or decides, with a passkey. */
    signs: async (
      path: "passkey/prove" | "passkey/decide",
      passkey: Passkey,
      more: { readonly name?: string; readonly faults?: PasskeyFaults } = {},
    ): Promise<Shown> => {
      const asked = await browser.post("passkey/ask");
      if (asked.status !== 200) return asked;
      const answer = passkey.sign(asked.json.options as never, more.faults);
      return browser.post(path, { answer, name: more.name ?? null });
    },
    /** Asks for a new authenticator app, and answers the key as the page shows it. */
    asksForApp: async (): Promise<string> => {
      const { text } = await browser.send("app");
      return /Key: <code>([A-Z2-7 ]+)<\/code>/.exec(text)?.[1]?.replaceAll(" ", "") ?? "";
    },
  };
  return browser;
}

/** What an authenticator app shows at a moment, so many steps of 30 seconds beside it. */
export function codeAt(secret: string, at: number, steps = 0): string {
  return TOTP.generate({ secret: Secret.fromBase32(secret), timestamp: at + steps * 30_000 });
}
