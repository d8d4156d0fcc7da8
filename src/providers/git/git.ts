import { createHash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Kept, otherHands } from "../../domain/counterpart/keep.ts";
import type { GitIntegration } from "../../domain/integrations.ts";
import type { CheckResult } from "../../domain/platform.ts";
import type { Destination, DestinationContents } from "../../domain/postmortem/elsewhere.ts";
import { ProviderError } from "../../errors.ts";
import { type Git, gitIn } from "./program.ts";

type Content = DestinationContents["git"];

/** The file by which a folder is known as ours: its mark, and the blob of every file as we wrote it. */
const ledger = "tocsin.json";
interface Ledger {
  readonly mark: string;
  readonly files: Readonly<Record<string, string>>;
}

/** All calls for one publication together. */
const budgetMilliseconds = 25_000;
/** Others push too: what is behind is put on top of theirs, so often. */
const mostTries = 4;

/** Folders of one branch of a git repository, through the program git; each publication is a commit on top of what is there. */
export function createGit(settings: GitIntegration): Destination<"git"> & {
  readonly check: () => Promise<readonly CheckResult[]>;
} {
  const ref = `refs/heads/${settings.branch}`;
  const pathOf = (folder: string) => (settings.folder === "" ? folder : `${settings.folder}/${folder}`);

  /** In an empty repository of its own that goes away again. */
  const inRepository = async <T>(work: (git: Git) => Promise<T>): Promise<T> => {
    const folder = await mkdtemp(join(tmpdir(), "tocsin-git-"));
    const git = gitIn({ settings, folder, signal: AbortSignal.timeout(budgetMilliseconds) });
    try {
      await git(["init", "--quiet", "--bare", folder]);
      await git(["remote", "add", "origin", settings.url]);
      return await work(git);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  };

  /** The branch's newest commit, fetched without what its files hold; null where there is no such branch yet. */
  const newest = async (git: Git): Promise<string | null> => {
    const [line = ""] = text(await git(["ls-remote", "--heads", "origin", ref])).split("\n");
    if (line === "") return null;
    await git(["fetch", "--quiet", "--no-tags", "--depth=1", "--filter=blob:none", "origin", ref]);
    return text(await git(["rev-parse", "FETCH_HEAD"]));
  };

  /** The files below a path of a commit, with their blobs; empty where there is no such folder. */
  const filesAt = async (git: Git, commit: string, path: string): Promise<ReadonlyMap<string, string>> => {
    const listed = text(await git(["ls-tree", "-r", "-z", "--full-tree", commit, "--", `${path}/`]));
    return new Map(
      listed
        .split("\0")
        .filter(Boolean)
        .map((entry) => {
          const [facts = "", name = ""] = entry.split("\t");
          return [name.slice(path.length + 1), facts.split(" ")[2] ?? ""] as const;
        }),
    );
  };

  const ledgerAt = async (git: Git, files: ReadonlyMap<string, string>): Promise<Ledger | null> => {
    const blob = files.get(ledger);
    if (!blob) return null;
    try {
      return JSON.parse(text(await git(["cat-file", "blob", blob]))) as Ledger;
    } catch (error) {
      if (error instanceof SyntaxError) return null;
      throw error;
    }
  };

  /** Puts the folder on top of the newest commit and pushes; when somebody was faster, on top of theirs. */
  const write = (content: Content, mark: string, mayWrite: (seen: Seen) => void): Promise<Kept> =>
    inRepository(async (git) => {
      const path = pathOf(content.folder);
      const blobs: Record<string, string> = {};
      for (const { name, content: bytes } of [...content.files, sumsOf(content.files)])
        blobs[name] = text(await git(["hash-object", "-w", "--stdin"], bytes));
      const own = `${JSON.stringify({ mark, files: blobs } satisfies Ledger, null, 2)}\n`;
      const all = { ...blobs, [ledger]: text(await git(["hash-object", "-w", "--stdin"], own)) };
      for (let tries = 1; ; tries++) {
        const base = await newest(git);
        const there = base ? await filesAt(git, base, path) : new Map<string, string>();
        mayWrite({ files: there, ledger: await ledgerAt(git, there) });
        if (base && sameFiles(there, all)) return kept(content, base);
        await git(base ? ["read-tree", base] : ["read-tree", "--empty"]);
        const gone = [...there.keys()].map((name) => `0 ${"0".repeat(40)}\t${path}/${name}\0`);
        const come = Object.entries(all).map(([name, blob]) => `100644 ${blob}\t${path}/${name}\0`);
        await git(["update-index", "-z", "--index-info"], [...gone, ...come].join(""));
        // What others wrote is not here, only known by its name.
        const tree = text(await git(["write-tree", "--missing-ok"]));
        const commit = text(await git(["commit-tree", tree, ...(base ? ["-p", base] : [])], content.message));
        try {
          await git(["push", "--quiet", "origin", `${commit}:${ref}`]);
          return kept(content, commit);
        } catch (error) {
          if (!(error instanceof ProviderError && error.code === "behind") || tries >= mostTries) throw error;
        }
      }
    });

  const kept = ({ folder }: Content, commit: string): Kept => ({
    key: pathOf(folder),
    url: browseAddress(settings, pathOf(folder)),
    version: commit,
  });

  return {
    id: "git",
    create: (content, mark) =>
      write(content, mark, ({ files, ledger: found }) => {
        if (files.size === 0 || found?.mark === mark) return;
        throw new ProviderError({
          provider: "git",
          operation: "create",
          fault: "refused",
          code: "taken",
          message: `Git: there is a folder ${pathOf(content.folder)} already that is not of this post-mortem.`,
        });
      }),
    find: async (content, mark) => {
      const isThere = await inRepository(async (git) => {
        const base = await newest(git);
        const found = base && (await ledgerAt(git, await filesAt(git, base, pathOf(content.folder))));
        return (found || null)?.mark === mark;
      });
      return isThere ? write(content, mark, () => {}) : null;
    },
    update: (_key, content, { version, mark }) =>
      write(content, mark, (now) => {
        if (now.files.size === 0) throw otherHands("gone-there", "git", "Git: the folder was taken away there.");
        if (version !== null && !isAsWritten(now))
          throw otherHands("changed-there", "git", "Git: people changed files of the folder there.");
      }),
    check: async () => {
      const what = `Git, branch ${settings.branch}`;
      try {
        const head = await inRepository((git) => git(["ls-remote", "--heads", "origin", ref]));
        const found = text(head) === "" ? "reached; the branch comes with the first publication" : "reached";
        return [{ what, ok: true, found, fix: null }];
      } catch (error) {
        if (!(error instanceof ProviderError)) throw error;
        const fix =
          error.code === "no-program"
            ? "Install git on the machine (or in the image) the bot runs on."
            : "Look at integrations.git: the address, the token and its user; for ssh, the key of the user the bot runs as.";
        return [{ what, ok: false, found: error.message, fix }];
      }
    },
  };
}

interface Seen {
  readonly files: ReadonlyMap<string, string>;
  readonly ledger: Ledger | null;
}

/** Every file is the one we wrote, and there is no other; what wrote the folder says so itself. */
function isAsWritten({ files, ledger: found }: Seen): boolean {
  if (!found) return false;
  const others = new Map([...files].filter(([name]) => name !== ledger));
  return sameFiles(others, found.files);
}

function sameFiles(there: ReadonlyMap<string, string>, wanted: Readonly<Record<string, string>>): boolean {
  const names = Object.keys(wanted);
  return there.size === names.length && names.every((name) => there.get(name) === wanted[name]);
}

/** For `sha256sum -c SHA256SUMS` in the folder. */
function sumsOf(files: Content["files"]): Content["files"][number] {
  const lines = files.map(({ name, content }) => `${createHash("sha256").update(content).digest("hex")}  ${name}\n`);
  return { name: "SHA256SUMS", mimetype: "text/plain", content: new TextEncoder().encode(lines.join("")) };
}

function text(output: Buffer): string {
  return output.toString("utf8").trimEnd();
}

/** Where people read the folder, on the sites whose addresses are known. */
function browseAddress({ url, branch }: GitIntegration, path: string): string | null {
  const [, site, repository] =
    /^(?:https:\/\/|ssh:\/\/(?:[\w.-]+@)?|[\w.-]+@)(github\.com|gitlab\.com)[/:](.+?)(?:\.git)?\/?$/.exec(url) ?? [];
  if (!site || !repository) return null;
  const way = site === "gitlab.com" ? "-/tree" : "tree";
  return `https://${site}/${repository}/${way}/${branch}/${path.split("/").map(encodeURIComponent).join("/")}`;
}
