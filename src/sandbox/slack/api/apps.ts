import type { Method } from "../method.ts";
import { flag } from "../method.ts";

/** apps.connections.open: where Socket Mode begins. */
export function appsMethods(openAddress: (debugReconnects: boolean) => string): readonly Method[] {
  return [
    {
      name: "apps.connections.open",
      run: (call) => ({ url: openAddress(flag(call, "debug_reconnects")) }),
    },
  ];
}
