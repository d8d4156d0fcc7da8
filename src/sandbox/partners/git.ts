import { execFile, execFileSync } from "node:child_process";
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Partner, PartnerRequest, PartnerResponse } from "./partner.ts";

/** A real bare repository behind git's own HTTP server, with a token: nothing of git is played. */
export interface GitStandIn extends Partner {
  readonly user: string;
  readonly token: string;
  /** Its path on the partners' port, after the first part. */
  readonly path: string;
  /** What a file of the branch main holds; null where there is none. */
  readonly file: (path: string) => string | null;
  /** Every path of the branch main. */
  readonly files: () => readonly string[];
  /** Messages of its commits, newest first. */
  readonly commits: () => readonly string[];
  /** A person commits a file on top of the branch main; null takes it away. */
  readonly commit: (path: string, content: string | null) => void;
  readonly stop: () => void;
}

const user = "x-access-token";
const token = "ghp_sandbox-git-token";
const repository = "/post-mortems.git";
const name = { GIT_AUTHOR_NAME: "Ben", GIT_AUTHOR_EMAIL: "ben@waooaw.example" };
const env = {
  ...name,
  GIT_COMMITTER_NAME: name.GIT_AUTHOR_NAME,
  GIT_COMMITTER_EMAIL: name.GIT_AUTHOR_EMAIL,
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_CONFIG_GLOBAL: "/dev/null",
  PATH: process.env.PATH ?? "",
};

/** Made when it is first needed; `restore` is what an earlier one dumped. */
export function createGitServer(options: { readonly restore?: unknown } = {}): GitStandIn {
  let root: string | null = null;
  let isChanged = false;
  let bundle = (options.restore as { readonly bundle?: string } | undefined)?.bundle ?? null;

  const git = (args: readonly string[], input?: string, more: Readonly<Record<string, string>> = {}): Buffer =>
    execFileSync("git", [...args], {
      env: { ...env, GIT_DIR: folder(), ...more },
      ...(input === undefined ? {} : { input }),
      stdio: ["pipe", "pipe", "ignore"],
    });

  function folder(): string {
    if (root) return join(root, repository);
    root = mkdtempSync(join(tmpdir(), "tocsin-sandbox-git-"));
    const made = join(root, repository);
    execFileSync("git", ["init", "--quiet", "--bare", "--initial-branch=main", made], { env });
    appendFileSync(
      join(made, "config"),
      "[http]\n\treceivepack = true\n[uploadpack]\n\tallowFilter = true\n\tallowAnySHA1InWant = true\n",
    );
    if (bundle) {
      writeFileSync(join(root, "bundle"), Buffer.from(bundle, "base64"));
      git(["fetch", "--quiet", join(root, "bundle"), "refs/heads/*:refs/heads/*"]);
    }
    return made;
  }

  const head = (): string | null => {
    try {
      return git(["rev-parse", "--verify", "--quiet", "refs/heads/main"]).toString("utf8").trim();
    } catch {
      return null;
    }
  };
  /** Written anew only when somebody asks for it after a change. */
  const bundled = (): string | null => {
    if (isChanged) bundle = head() ? git(["bundle", "create", "--quiet", "-", "--all"]).toString("base64") : null;
    isChanged = false;
    return bundle;
  };

  return {
    id: "git",
    user,
    token,
    path: repository,
    file: (path) => {
      try {
        return git(["cat-file", "blob", `refs/heads/main:${path}`]).toString("utf8");
      } catch {
        return null;
      }
    },
    files: () =>
      head()
        ? git(["ls-tree", "-r", "-z", "--name-only", "refs/heads/main"]).toString("utf8").split("\0").filter(Boolean)
        : [],
    commits: () =>
      head() ? git(["log", "-z", "--format=%B", "refs/heads/main"]).toString("utf8").split("\0").filter(Boolean) : [],
    commit: (path, content) => {
      const index = { GIT_INDEX_FILE: join(folder(), "index") };
      const base = head();
      git(base ? ["read-tree", base] : ["read-tree", "--empty"], undefined, index);
      const blob = content === null ? "0".repeat(40) : git(["hash-object", "-w", "--stdin"], content).toString().trim();
      git(["update-index", "--index-info"], `${content === null ? "0" : "100644"} ${blob}\t${path}\n`, index);
      const tree = git(["write-tree"], undefined, index).toString().trim();
      const made = git(["commit-tree", tree, ...(base ? ["-p", base] : []), "-m", `Change ${path}`]);
      git(["update-ref", "refs/heads/main", made.toString().trim()]);
      isChanged = true;
    },
    handle: async (request) => {
      const given = `Basic ${Buffer.from(`${user}:${token}`).toString("base64")}`;
      if (request.headers.authorization !== given)
        return { status: 401, headers: { "www-authenticate": 'Basic realm="git"' }, body: "Authentication required" };
      if (!request.path.startsWith(`${repository}/`)) return { status: 404, body: "Repository not found" };
      folder();
      const answer = await serve(root ?? "", request);
      isChanged ||= request.path.endsWith("/git-receive-pack");
      return answer;
    },
    dump: () => ({ bundle: bundled() }),
    stop: () => {
      if (root) rmSync(root, { recursive: true, force: true });
      root = null;
    },
  };
}

/** git http-backend, as a web server would run it. Source: git-scm.com/docs/git-http-backend */
function serve(root: string, { method, path, query, headers, body }: PartnerRequest): Promise<PartnerResponse> {
  return new Promise((resolve, reject) => {
    const child = execFile(
      "git",
      ["http-backend"],
      {
        encoding: "buffer",
        maxBuffer: 256 * 1024 * 1024,
        env: {
          ...env,
          GIT_PROJECT_ROOT: root,
          GIT_HTTP_EXPORT_ALL: "1",
          REQUEST_METHOD: method,
          PATH_INFO: path,
          QUERY_STRING: query.toString(),
          CONTENT_TYPE: headers["content-type"] ?? "",
          CONTENT_LENGTH: String(body.length),
          HTTP_CONTENT_ENCODING: headers["content-encoding"] ?? "",
          GIT_PROTOCOL: headers["git-protocol"] ?? "",
          REMOTE_USER: user,
        },
      },
      (error, stdout) => (error ? reject(error) : resolve(answerOf(stdout))),
    );
    child.stdin?.on("error", () => {});
    child.stdin?.end(body);
  });
}

function answerOf(output: Buffer): PartnerResponse {
  const end = output.indexOf("\r\n\r\n");
  const lines = output.subarray(0, end).toString("utf8").split("\r\n");
  const headers = Object.fromEntries(
    lines.map((line) => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
  const { status = "200", ...rest } = headers;
  return { status: Number.parseInt(status, 10), headers: rest, body: output.subarray(end + 4) };
}
