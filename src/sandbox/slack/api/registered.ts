import type { Method } from "../method.ts";
import { appsMethods } from "./apps.ts";
import { authMethods } from "./auth.ts";
import { blocksMethods } from "./blocks.ts";
import { canvasesMethods } from "./canvases.ts";
import { chatMethods } from "./chat.ts";
import { conversationsReadMethods } from "./conversations-read.ts";
import { conversationsWriteMethods } from "./conversations-write.ts";
import { filesMethods } from "./files.ts";
import { bookmarkMethods, markMethods } from "./marks.ts";
import { scheduleMethods } from "./schedule.ts";
import { usergroupsMethods } from "./usergroups.ts";
import { usersMethods } from "./users.ts";
import { viewsMethods } from "./views.ts";

/** Every method this Slack answers, by name. */
export function registeredMethods(openAddress: (debugReconnects: boolean) => string): ReadonlyMap<string, Method> {
  const all = [
    ...appsMethods(openAddress),
    ...authMethods,
    ...blocksMethods,
    ...bookmarkMethods,
    ...canvasesMethods,
    ...chatMethods,
    ...conversationsReadMethods,
    ...conversationsWriteMethods,
    ...filesMethods,
    ...markMethods,
    ...scheduleMethods,
    ...usergroupsMethods,
    ...usersMethods,
    ...viewsMethods,
  ];
  return new Map(all.map((method) => [method.name, method]));
}
