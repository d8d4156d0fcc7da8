import { readFileSync } from "node:fs";
import type { Factor, LinkDecision, NewSecret } from "../../src/domain/factor/factor.ts";
import { factorPath } from "../../src/domain/factor/link.ts";
import type { OperationRecord, Ruling } from "../../src/domain/operation/operation.ts";
import { operationInWords } from "../../src/domain/operation/record.ts";
import { escapeXml } from "../status-page/html.ts";
import { factorLine, kindWords } from "./words.ts";

/** The style of these pages, served as a file of its own. */
export const factorStyle = readFileSync(new URL("./page.css", import.meta.url), "utf8");
/** Their one script, served as a file of its own: it hands the browser's passkeys on. */
export const factorScript = readFileSync(new URL("./passkey.mjs", import.meta.url), "utf8");

const verbWords = { confirm: "Confirm", approve: "Approve" } as const;

function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${escapeXml(title)} · Tocsin</title>
<link rel="stylesheet" href="${factorPath}/page.css">
<script type="module" src="${factorPath}/passkey.mjs"></script>
</head>
<body>
<main>
<h1>${escapeXml(title)}</h1>
${body}
</main>
</body>
</html>
`;
}

/** What a link shows before it is opened; a program that merely looks at links does not use it up. */
export function linkPage(token: string, name: string): string {
  return page(
    "Second factor",
    `<p>This page is for ${escapeXml(name)} alone. The link opens once.</p>
<form method="post" action="${factorPath}/open">
<input type="hidden" name="token" value="${escapeXml(token)}">
<button>Go on</button>
</form>`,
  );
}

/** A plan, and the passkey for one's word on it. */
export function decisionPage(facts: {
  /** Null once the link is open. */
  readonly token: string | null;
  readonly name: string;
  readonly decision: LinkDecision;
  readonly record: OperationRecord;
  readonly ruling: Ruling;
}): string {
  const { decision, record, ruling, token } = facts;
  const { plan } = record;
  const verb = verbWords[decision.verb];
  const changes = (plan?.changes ?? []).map(
    ({ label, from, to }) =>
      `<li>${escapeXml(label)}: <strong>${escapeXml(from)}</strong> → <strong>${escapeXml(to)}</strong></li>`,
  );
  const risks = (plan?.risks ?? []).map((risk) => `<li>Risk: ${escapeXml(risk)}</li>`);
  const mustType = decision.verb === "confirm" && ruling.confirm === "type";
  return page(
    `${verb} ${record.code}`,
    `<p class="soft">For ${escapeXml(facts.name)} alone. Rule “${escapeXml(ruling.rule)}”.</p>
<div class="panel">
<p><strong>${escapeXml(operationInWords(record))}</strong></p>
<ul>${[...changes, ...risks].join("\n")}</ul>
<p class="soft">Plan ${escapeXml(decision.planHash.slice(0, 8))}${record.reason ? ` · ${escapeXml(record.reason)}` : ""}</p>
</div>
<form data-passkey="decide" data-token="${escapeXml(token ?? "")}">
${
  mustType
    ? `<label for="name">Type ${escapeXml(record.target.name)} to confirm</label>
<input id="name" name="name" autocomplete="off" required>`
    : ""
}
<p><button>${verb} with passkey</button></p>
</form>
${status}`,
  );
}

/** One's second factors, and the doors to more. */
export function managePage(name: string, factors: readonly Factor[], trouble: string | null = null): string {
  const rows = factors.map(
    (factor) =>
      `<li>${escapeXml(factorLine(factor))}
<form method="post" action="${factorPath}/remove"><input type="hidden" name="id" value="${escapeXml(factor.id)}"><button class="quiet" aria-label="Take away: ${escapeXml(factorLine(factor))}">Take away</button></form></li>`,
  );
  return page(
    `Second factors of ${name}`,
    `${troubleLine(trouble)}
${rows.length > 0 ? `<ul>${rows.join("\n")}</ul>` : "<p>You have none yet. Set up two, so that losing one does not lock you out.</p>"}
<h2>${kindWords.passkey}</h2>
<p>A fingerprint, a face, a PIN or a security key. No false page can ask for it.</p>
<form data-passkey="register"><button>Add a passkey</button></form>
${status}
<h2>${kindWords.code}</h2>
<p>Six digits that change every 30 seconds.</p>
<form method="post" action="${factorPath}/app"><button>Add an authenticator app</button></form>`,
  );
}

/** A new authenticator app's secret, shown this once, and the field for its first code. */
export function secretPage(secret: NewSecret): string {
  return page(
    "Add an authenticator app",
    `<p>Scan this with the app, or type the key. It is shown only now.</p>
<div class="picture" role="img" aria-label="The key as a QR code">${secret.picture}</div>
<p>Key: <code>${escapeXml(groups(secret.text))}</code></p>
<p><a href="${escapeXml(secret.uri)}">Open in an app on this device</a></p>
${codeForm("app/check", "Check")}`,
  );
}

/** The field for the first code once more: the key is not shown again. */
export function firstCodePage(trouble: string): string {
  return page("Add an authenticator app", `${troubleLine(trouble)}${codeForm("app/check", "Check")}`);
}

/** What somebody who has a factor shows before they change any. */
export function provePage(factors: readonly Factor[], trouble: string | null = null): string {
  const kinds = factors.map(({ kind }) => kind);
  return page(
    "Show a second factor you have",
    `<p>Before anything is changed, so that nobody else adds their own.</p>
${troubleLine(trouble)}
${kinds.includes("passkey") ? `<form data-passkey="prove"><button>Use a passkey</button></form>${status}` : ""}
${kinds.includes("code") ? codeForm("prove", "Go on") : ""}
<p class="soft">Lost it? A workspace admin takes it away with <code>/ops factor remove</code>.</p>`,
  );
}

/** A page that says one thing. */
export function wordPage(title: string, text: string): string {
  return page(title, `<p>${escapeXml(text)}</p>`);
}

const status = `<p role="status" aria-live="polite" data-status></p><noscript><p class="trouble">Passkeys need JavaScript.</p></noscript>`;

function codeForm(path: string, button: string): string {
  return `<form method="post" action="${factorPath}/${path}">
<label for="code">Code</label>
<input id="code" name="code" inputmode="numeric" autocomplete="one-time-code" pattern="[0-9 ]{6,7}" required>
<p><button>${button}</button></p>
</form>`;
}

function troubleLine(trouble: string | null): string {
  return trouble === null ? "" : `<p class="trouble" role="alert">${escapeXml(trouble)}</p>`;
}

function groups(secret: string): string {
  return secret.replaceAll(/(.{4})(?=.)/g, "$1 ");
}
