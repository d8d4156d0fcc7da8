import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { SMTPServer } from "smtp-server";

/** A mail as the server took it. */
export interface TakenMail {
  readonly from: string;
  readonly to: readonly string[];
  /** Headers and body, as they came. */
  readonly raw: string;
}

/** A mail server that delivers nothing: what it takes is looked at here. */
export interface MailStandIn {
  readonly host: string;
  readonly port: number;
  readonly login: { readonly user: string; readonly password: string };
  readonly taken: readonly TakenMail[];
  /** What it says to whoever a mail is for; null takes it. Source: RFC 5321 §4.2 (550 for good, 451 for now). */
  readonly answer: (how: ((to: string) => 550 | 451 | null) | null) => void;
  readonly stop: () => Promise<void>;
}

/** Starts it on a free port of 127.0.0.1. */
export async function startMail(): Promise<MailStandIn> {
  const login = { user: "tocsin", password: "sandbox-mail-password" };
  const taken: TakenMail[] = [];
  let answer: (to: string) => 550 | 451 | null = () => null;
  const said = { 550: "5.1.1 The address is not known here", 451: "4.3.0 Try again later" } as const;
  const server = new SMTPServer({
    // It stands on the same machine, where nothing needs encrypting.
    hideSTARTTLS: true,
    allowInsecureAuth: true,
    onAuth: ({ username, password }, _session, callback) =>
      username === login.user && password === login.password
        ? callback(null, { user: username })
        : callback(new Error("Authentication failed")),
    onRcptTo: ({ address }, _session, callback) => {
      const code = answer(address);
      callback(code === null ? null : Object.assign(new Error(said[code]), { responseCode: code }));
    },
    onData: (stream, session, callback) => {
      void text(stream).then((raw) => {
        const { mailFrom, rcptTo } = session.envelope;
        taken.push({ from: mailFrom ? mailFrom.address : "", to: rcptTo.map(({ address }) => address), raw });
        callback();
      });
    },
  });
  server.listen(0, "127.0.0.1");
  await once(server.server, "listening");
  return {
    host: "127.0.0.1",
    port: (server.server.address() as AddressInfo).port,
    login,
    taken,
    answer: (how) => {
      answer = how ?? (() => null);
    },
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
