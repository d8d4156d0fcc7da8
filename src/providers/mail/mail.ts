import type { MailIntegration } from "../../domain/integrations.ts";
import type { CheckResult } from "../../domain/platform.ts";
import type { Mailer } from "../../domain/telling/mail.ts";
import { ProviderError, type ProviderFault } from "../../errors.ts";

const timeoutMilliseconds = 10_000;

/** What nodemailer throws, as far as it is looked at. Source: nodemailer.com/smtp (error codes). */
interface SmtpError {
  readonly code?: string;
  readonly responseCode?: number;
  readonly message?: string;
}

/** A mail server that updates are handed to over SMTP. */
export function createMailer(settings: MailIntegration): Mailer & { readonly check: () => Promise<CheckResult> } {
  const { host, port, tls, login, from } = settings;
  const domain = /@([^\s>]+)/.exec(from)?.[1] ?? "localhost";
  const connect = async () => {
    // Loaded when the first mail is sent.
    const { createTransport } = await import("nodemailer");
    return createTransport(options);
  };
  let connected: ReturnType<typeof connect> | null = null;
  const transport = () => {
    connected ??= connect();
    return connected;
  };
  const options = {
    host,
    port,
    secure: tls === "always",
    requireTLS: tls === "starttls",
    ignoreTLS: tls === "none",
    ...(login ? { auth: { user: login.user, pass: login.password } } : {}),
    connectionTimeout: timeoutMilliseconds,
    greetingTimeout: timeoutMilliseconds,
    socketTimeout: timeoutMilliseconds,
    // What is mailed is text made here: nothing is fetched from files or addresses for it.
    disableFileAccess: true,
    disableUrlAccess: true,
  };
  return {
    send: async ({ id, to, subject, text }) => {
      try {
        await (await transport()).sendMail({
          from,
          to,
          subject,
          text,
          messageId: `<${id}@${domain}>`,
          // RFC 3834: nobody's holiday notice answers it.
          headers: { "Auto-Submitted": "auto-generated" },
        });
      } catch (error) {
        throw mailError(error as SmtpError, "send", login?.password);
      }
    },
    check: async () => {
      const what = `mail server ${host}:${port}`;
      try {
        await (await transport()).verify();
        return { what, ok: true, found: "it takes mails", fix: null };
      } catch (error) {
        const { code, message } = mailError(error as SmtpError, "check", login?.password);
        return {
          what,
          ok: false,
          found: `${code}: ${message}`,
          fix: "Look at `integrations.mail` of the configuration.",
        };
      }
    },
  };
}

function mailError(error: SmtpError, operation: string, password: string | undefined): ProviderError {
  const said = error.message ?? "no reason given";
  return new ProviderError({
    provider: "mail",
    operation,
    fault: faultOf(error),
    code: error.responseCode === undefined ? (error.code ?? "Unknown") : String(error.responseCode),
    message: `The mail server: ${password ? said.replaceAll(password, "[secret]") : said}`,
  });
}

/** 4xx is for now, 5xx is for good. Source: RFC 5321 §4.2.1 */
function faultOf({ code, responseCode = 0 }: SmtpError): ProviderFault {
  if (code === "EAUTH") return "denied";
  if (responseCode >= 500) return "refused";
  if (responseCode >= 400) return "throttled";
  return code === "ETIMEDOUT" ? "timeout" : "unreachable";
}
