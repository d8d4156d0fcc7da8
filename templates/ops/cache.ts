import type { CacheSight } from "../../src/domain/platform/caches.ts";
import { context, fields, inert, section } from "../kit.ts";
import { age, bytes, count, percent } from "./figures.ts";
import type { StoreDrawn } from "./store.ts";

const rowsShown = 10;

/** One side of a cache. Names of keys come with what may be a secret taken out; values never come. */
export function cacheDrawn(sight: CacheSight): StoreDrawn {
  switch (sight.view) {
    case "stats":
      return stats(sight);
    case "slowlog":
      return slowlog(sight);
    case "bigkeys":
      return bigKeys(sight);
    case "key":
      return key(sight);
  }
}

type Of<V extends CacheSight["view"]> = Extract<CacheSight, { view: V }>;

function stats({ engine, stats }: Of<"stats">): StoreDrawn {
  const share = stats.limitBytes === null ? null : stats.usedBytes / stats.limitBytes;
  const mark = stats.evictedPerSecond > 0 ? ":large_orange_circle: " : "";
  const evicting =
    stats.evictedPerSecond > 0 ? `, throwing away ${Math.round(stats.evictedPerSecond * 10) / 10} keys a second` : "";
  return {
    summary: `${mark}${bytes(stats.usedBytes)}${share === null ? " used" : ` of ${bytes(stats.limitBytes)} (${Math.round(share * 100)} %)`}, ${count(stats.keys)} keys${evicting}.`,
    blocks: [
      fields([
        ["Hit rate", stats.hitRate === null ? "too few reads to tell" : percent(stats.hitRate)],
        ["Commands", `${count(stats.commandsPerSecond)} a second`],
        ["Keys that expire", `${count(stats.expiring)} of ${count(stats.keys)}`],
        ["When full", inert(stats.policy)],
        ["Clients", `${count(stats.clients)}${stats.blockedClients > 0 ? `, ${stats.blockedClients} blocked` : ""}`],
        ["Fragmentation", stats.fragmentation === null ? "not known" : String(stats.fragmentation)],
      ]),
      context(`${inert(engine)}, up for ${age(stats.upSeconds)}. Rates over ${stats.watchedSeconds} s.`),
    ],
    rest: null,
    buttons: [],
  };
}

function slowlog({ entries }: Of<"slowlog">): StoreDrawn {
  const line = (entry: (typeof entries)[number]) =>
    `${entry.milliseconds} ms · ${inert(entry.command)} · ${age(entry.secondsAgo)} ago`;
  return {
    summary: entries.length === 0 ? "No command was slow lately." : `${entries.length} slow commands.`,
    blocks:
      entries.length === 0
        ? []
        : [
            section(
              entries
                .slice(0, rowsShown)
                .map((entry) => `• ${line(entry)}`)
                .join("\n"),
            ),
          ],
    rest: entries.length > rowsShown ? entries.map(line).join("\n") : null,
    buttons: [],
  };
}

function bigKeys({ keys, looked, total }: Of<"bigkeys">): StoreDrawn {
  const line = (one: (typeof keys)[number]) => `${bytes(one.bytes)} · ${inert(one.type)} · ${inert(one.key)}`;
  return {
    summary: `The largest of ${count(looked)} keys looked at${looked < total ? `, of ${count(total)} in all` : ""}.`,
    blocks:
      keys.length === 0
        ? []
        : [
            section(
              keys
                .slice(0, rowsShown)
                .map((one) => `• ${line(one)}`)
                .join("\n"),
            ),
          ],
    rest: keys.length > rowsShown ? keys.map(line).join("\n") : null,
    buttons: [],
  };
}

function key({ key: found }: Of<"key">): StoreDrawn {
  if (found === null) return { summary: "There is no such key.", blocks: [], rest: null, buttons: [] };
  return {
    summary: `A ${inert(found.type)} of ${bytes(found.bytes)}.`,
    blocks: [
      fields([
        ["Type", inert(found.type)],
        ["Size", bytes(found.bytes)],
        ["Elements", found.elements === null ? "not known" : count(found.elements)],
        ["Expires", found.ttlSeconds === null ? "never" : `in ${age(found.ttlSeconds)}`],
      ]),
    ],
    rest: null,
    buttons: [],
  };
}
