import { drawMail } from "../../templates/incident/mail.ts";
import type { Transact } from "../domain/ports.ts";
import { type Mailer, sendMail } from "../domain/telling/mail.ts";
import type { JobHandler } from "./handler.ts";

/** Mails an update to one address. */
export function sendMailJob(needs: {
  readonly transact: Transact;
  readonly mailer: Mailer | null;
}): JobHandler<"send-mail"> {
  return { name: "send-mail", handle: (data) => sendMail({ ...needs, drawMail }, data) };
}
