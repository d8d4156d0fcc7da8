import type { WorkspaceState } from "../protocol.ts";
import {
  type Act,
  type ActAnswer,
  type ChannelDetail,
  type CloudAct,
  type CloudState,
  pagePaths,
} from "../protocol.ts";

async function read<T>(path: string, query: Readonly<Record<string, string>>): Promise<T | null> {
  const response = await fetch(`${path}?${new URLSearchParams(query)}`);
  if (response.status === 404) return null;
  if (!response.ok) throw new Error(`${path} answered ${response.status}`);
  return (await response.json()) as T;
}

async function send(path: string, body: Act | CloudAct): Promise<ActAnswer> {
  try {
    const response = await fetch(path, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    return (await response.json()) as ActAnswer;
  } catch {
    return { ok: false, error: "The sandbox does not answer. Is it still running?" };
  }
}

export function readWorkspace(as: string): Promise<WorkspaceState | null> {
  return read(pagePaths.state, { as });
}

export function readChannel(as: string, id: string): Promise<ChannelDetail | null> {
  return read(pagePaths.channel, { as, id });
}

export function readCloud(): Promise<CloudState | null> {
  return read(pagePaths.cloud, {});
}

export function sendAct(as: string, act: Act): Promise<ActAnswer> {
  return send(`${pagePaths.act}?${new URLSearchParams({ as })}`, act);
}

export function sendCloudAct(act: CloudAct): Promise<ActAnswer> {
  return send(pagePaths.cloud, act);
}
