import type { MissingPiece } from "../../src/domain/intent.ts";
import { inert, person } from "../kit.ts";

const pieces: Readonly<Record<string, string>> = {
  channel: "making the channel",
  topic: "setting the topic",
  invite: "inviting",
  bookmark: "adding bookmarks",
  card: "posting this card",
  told: "telling stakeholders in",
  pin: "pinning this card",
  announcement: "announcing it",
  message: "posting a message",
  archive: "archiving the channel",
  remove: "taking somebody out of the channel",
  "retire-channel": "clearing and archiving the old channel",
  files: "uploading files",
  canvas: "writing the canvas",
};

/** Slack's own words for why, put plainly; the ones an incident's pieces meet. */
const reasons: Readonly<Record<string, string>> = {
  ratelimited: "Slack asked me to slow down",
  rate_limited: "Slack asked me to slow down",
  no_answer: "Slack did not answer in time",
  unreachable: "Slack could not be reached",
  internal: "something broke on our side",
  internal_error: "Slack had trouble of its own",
  fatal_error: "Slack had trouble of its own",
  service_unavailable: "Slack had trouble of its own",
  user_not_found: "Slack does not know them",
  users_not_found: "Slack does not know them",
  no_user: "Slack does not know them",
  user_disabled: "the account is deactivated",
  user_is_restricted: "guests may not be added here",
  user_is_ultra_restricted: "single-channel guests cannot be added",
  ura_max_channels: "single-channel guests cannot be added",
  cant_invite: "Slack does not let me add them",
  restricted_action: "your workspace does not let apps do this",
  channel_not_found: "I am not in that channel, or it is gone",
  not_in_channel: "I am not in that channel",
  is_archived: "the channel is archived",
  too_many_bookmarks: "the channel has as many bookmarks as it can hold",
  invalid_link: "Slack does not take that link",
  missing_scope: "the app lacks a permission; an administrator can run the doctor",
};

/** What an incident still lacks in Slack, a line for each kind of it; what is merely on its way says nothing. */
export function missingLines(missing: readonly MissingPiece[]): readonly string[] {
  const lines = missing
    .filter((piece) => piece.state === "failed" || piece.reason !== null)
    .map((piece) => {
      const what = pieces[piece.piece] ?? piece.piece;
      const where = piece.where ? ` #${inert(piece.where)}` : "";
      const who = piece.userIds.length > 0 ? ` ${piece.userIds.map(reference).join(", ")}` : "";
      const why = piece.reason ? ` (${plainly(piece.reason)})` : "";
      return piece.state === "failed"
        ? `Not possible: ${what}${where}${who}${why}`
        : `Still trying: ${what}${where}${who}${why}`;
    });
  return [...new Set(lines)];
}

// An invitation of several people may have failed for several reasons.
function plainly(reason: string): string {
  const said = reason.split(", ").map((word) => reasons[word] ?? word.replaceAll("_", " "));
  return [...new Set(said)].join("; ");
}

function reference(id: string): string {
  return /^[UW][A-Z0-9]+$/.test(id) ? person(id) : id;
}
