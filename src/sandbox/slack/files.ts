import type { FileState, JsonObject } from "../page/protocol.ts";
import { pagePaths } from "../page/protocol.ts";
import { type Core, nextId, seconds } from "./core.ts";
import type { SlackFile } from "./workspace.ts";

const types: Readonly<Record<string, readonly [mimetype: string, pretty: string]>> = {
  txt: ["text/plain", "Plain Text"],
  log: ["text/plain", "Plain Text"],
  md: ["text/markdown", "Markdown (raw)"],
  html: ["text/html", "HTML"],
  json: ["application/json", "JSON"],
  yaml: ["application/yaml", "YAML"],
  csv: ["text/csv", "CSV"],
  png: ["image/png", "PNG"],
  jpg: ["image/jpeg", "JPEG"],
  gif: ["image/gif", "GIF"],
  svg: ["image/svg+xml", "SVG"],
  pdf: ["application/pdf", "PDF"],
};

function extension(name: string): string {
  return /\.([^.]+)$/.exec(name)?.[1]?.toLowerCase() ?? "";
}

export function addFile(core: Core, user: string, name: string, size: number, base64: string | null): SlackFile {
  const file: SlackFile = {
    id: nextId(core, "F"),
    user,
    name,
    title: name,
    mimetype: types[extension(name)]?.[0] ?? "application/octet-stream",
    created: seconds(core),
    size,
    altText: "",
    base64,
    complete: base64 !== null,
    deleted: false,
    shares: [],
  };
  core.workspace.files[file.id] = file;
  return file;
}

/** A file as files.info and messages carry it. */
export function fileObject(core: Core, id: string): JsonObject {
  const file = core.workspace.files[id];
  if (!file || file.deleted) return { id, mode: "tombstone" };
  const { workspace } = core;
  const kind = extension(file.name);
  const url = `${core.baseUrl}/files-pri/${workspace.team.id}-${file.id}/${encodeURIComponent(file.name)}`;
  const shares = (wanted: "public" | "private") =>
    file.shares.filter(({ channel }) => (workspace.channels[channel]?.kind === "public") === (wanted === "public"));
  const grouped = (wanted: "public" | "private"): JsonObject =>
    Object.fromEntries(
      shares(wanted).map(({ channel, ts }) => [
        channel,
        [{ ts, channel_name: workspace.channels[channel]?.name ?? "" }],
      ]),
    );
  return {
    id: file.id,
    created: file.created,
    timestamp: file.created,
    name: file.name,
    title: file.title,
    mimetype: file.mimetype,
    filetype: kind || "binary",
    pretty_type: types[kind]?.[1] ?? "Binary",
    user: file.user,
    user_team: workspace.people[file.user]?.teamId ?? workspace.team.id,
    editable: false,
    size: file.size,
    mode: "hosted",
    is_external: false,
    external_type: "",
    is_public: shares("public").length > 0,
    public_url_shared: false,
    display_as_bot: false,
    username: "",
    url_private: url,
    url_private_download: url.replace(
      `/${encodeURIComponent(file.name)}`,
      `/download/${encodeURIComponent(file.name)}`,
    ),
    permalink: `https://${workspace.team.domain}.slack.com/files/${file.user}/${file.id}/${encodeURIComponent(file.name)}`,
    ...(file.altText ? { alt_txt: file.altText } : {}),
    channels: shares("public").map(({ channel }) => channel),
    groups: shares("private").map(({ channel }) => channel),
    ims: [],
    comments_count: 0,
    shares: { public: grouped("public"), private: grouped("private") },
    has_rich_preview: false,
    file_access: "visible",
  };
}

export function fileState(file: SlackFile): FileState {
  return {
    id: file.id,
    title: file.title,
    mimetype: file.mimetype,
    size: file.size,
    url: `${pagePaths.files}${file.id}`,
  };
}
