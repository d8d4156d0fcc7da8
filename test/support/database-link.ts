import { type AddressInfo, connect, createServer, type Socket } from "node:net";

export interface DatabaseLink {
  /** The same database, reached through the link. */
  readonly url: string;
  /** Breaks every connection and lets no new one through. */
  readonly cut: () => void;
  /** Keeps the connections and lets nothing through them, as a network that swallows everything does. */
  readonly hold: () => void;
  readonly mend: () => void;
  readonly stop: () => Promise<void>;
}

/** A stretch of network between a bot and its database, which a story can take away. */
export async function startDatabaseLink(url: string): Promise<DatabaseLink> {
  const target = new URL(url);
  const host = target.searchParams.get("host") ?? decodeURIComponent(target.hostname);
  const port = Number(target.searchParams.get("port") ?? (target.port || "5432"));
  const end = host.startsWith("/") ? { path: `${host}/.s.PGSQL.${port}` } : { host, port };
  const open = new Set<Socket>();
  let state: "whole" | "cut" | "held" = "whole";

  const server = createServer((near) => {
    if (state === "cut") {
      near.destroy();
      return;
    }
    const far = connect(end);
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(socket);
      if (state === "held") socket.pause();
      socket.on("data", (bytes) => void other.write(bytes));
      socket.on("error", () => other.destroy());
      socket.on("close", () => {
        open.delete(socket);
        other.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));

  const linked = new URL(url);
  linked.searchParams.delete("host");
  linked.searchParams.delete("port");
  linked.hostname = "127.0.0.1";
  linked.port = String((server.address() as AddressInfo).port);
  return {
    url: linked.href,
    cut: () => {
      state = "cut";
      for (const socket of open) socket.destroy();
    },
    hold: () => {
      state = "held";
      for (const socket of open) socket.pause();
    },
    mend: () => {
      state = "whole";
      for (const socket of open) socket.resume();
    },
    stop: async () => {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
