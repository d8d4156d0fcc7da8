import type { Keeper } from "../domain/counterpart/keep.ts";
import type { Integrations } from "../domain/integrations.ts";
import type { CheckResult } from "../domain/platform.ts";
import { type DrawForDestination, destinationKeeper } from "../domain/postmortem/elsewhere.ts";
import { outsidePageKeeper } from "../domain/status-page/outside.ts";
import { ticketKeeper } from "../domain/ticket/keeping.ts";
import type { Tracker } from "../domain/ticket/tracker.ts";
import { createConfluence } from "./confluence/confluence.ts";
import { createGit } from "./git/git.ts";
import { createGitHub } from "./github/github.ts";
import { createGoogleDocs } from "./google-docs/google-docs.ts";
import { createJira } from "./jira/jira.ts";
import { createMailer } from "./mail/mail.ts";
import { createNotion } from "./notion/notion.ts";
import { createStatuspage } from "./statuspage/statuspage.ts";

/** The trackers the configuration names. */
export function trackers({ github, jira }: Integrations): readonly Tracker[] {
  return [...(github ? [createGitHub(github)] : []), ...(jira ? [createJira(jira)] : [])];
}

/** Whether the trackers that the configuration names take tickets, in the places it names; none where it names none. */
export async function checkTrackers({ github, jira }: Integrations): Promise<readonly CheckResult[]> {
  const checks = [...(github ? [createGitHub(github).check()] : []), ...(jira ? [createJira(jira).check()] : [])];
  return (await Promise.all(checks)).flat();
}

/** How things of ours are kept in the web services the configuration names. */
export function keepers(integrations: Integrations, draw: DrawForDestination): readonly Keeper[] {
  const { statuspage, confluence, notion, googleDocs, git } = integrations;
  return [
    ...trackers(integrations).map(ticketKeeper),
    ...(statuspage ? [outsidePageKeeper(createStatuspage(statuspage))] : []),
    ...(confluence ? [destinationKeeper(createConfluence(confluence), draw.confluence)] : []),
    ...(notion ? [destinationKeeper(createNotion(notion), draw.notion)] : []),
    ...(googleDocs ? [destinationKeeper(createGoogleDocs(googleDocs), draw.googleDocs)] : []),
    ...(git ? [destinationKeeper(createGit(git), draw.git)] : []),
  ];
}

/** Looks whether the places of post-mortems and the mail server that the configuration names can be reached; none where it names none. */
export async function checkDestinations({
  confluence,
  notion,
  googleDocs,
  git,
  mail,
}: Integrations): Promise<readonly CheckResult[]> {
  const checks = [
    ...(confluence ? [createConfluence(confluence).check()] : []),
    ...(notion ? [createNotion(notion).check()] : []),
    ...(googleDocs ? [createGoogleDocs(googleDocs).check()] : []),
    ...(git ? [createGit(git).check()] : []),
    ...(mail ? [createMailer(mail).check()] : []),
  ];
  return (await Promise.all(checks)).flat();
}
