import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { createRequire, stripTypeScriptTypes } from "node:module";
import { dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** One file as the browser gets it. */
export interface Asset {
  readonly type: string;
  readonly body: string;
}

/** The page's own files: everything the browser may load, by path, and the hash that lets its import map run. */
export interface Assets {
  readonly html: Asset;
  readonly importMapHash: string;
  readonly get: (path: string) => Asset | undefined;
}

const here = dirname(fileURLToPath(import.meta.url));
const require = createRequire(import.meta.url);

const types: Readonly<Record<string, string>> = {
  ".ts": "text/javascript; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
};

/** The libraries are served from node_modules as they are; the import map gives them their names. */
const libraries: Readonly<Record<string, { readonly path: string; readonly file: () => string }>> = {
  preact: { path: "/page/library/preact.mjs", file: () => require.resolve("preact") },
  "preact/hooks": { path: "/page/library/hooks.mjs", file: () => require.resolve("preact/hooks") },
  htm: { path: "/page/library/htm.mjs", file: () => join(dirname(require.resolve("htm")), "htm.module.js") },
};

const importMap = JSON.stringify({
  imports: Object.fromEntries(Object.entries(libraries).map(([name, library]) => [name, library.path])),
});

/** Reads the folder once; each file is turned into what the browser understands when it is first asked for. */
export function readAssets(): Assets {
  const files = new Map<string, string>([["/page/protocol.ts", join(here, "protocol.ts")]]);
  for (const library of Object.values(libraries)) files.set(library.path, library.file());
  for (const name of readdirSync(join(here, "browser"), { recursive: true, encoding: "utf8" })) {
    if (extname(name) in types) files.set(`/page/browser/${name}`, join(here, "browser", name));
  }
  const ready = new Map<string, Asset>();
  const styles = [...files.keys()].filter((path) => path.endsWith(".css")).sort();
  const modules = [...files.keys()].filter((path) => !path.endsWith(".css")).sort();
  return {
    html: { type: "text/html; charset=utf-8", body: page(styles, modules) },
    importMapHash: `sha256-${createHash("sha256").update(importMap).digest("base64")}`,
    get: (path) => {
      const file = files.get(path);
      if (file === undefined) return undefined;
      const asset = ready.get(path) ?? readAsset(file);
      ready.set(path, asset);
      return asset;
    },
  };
}

function readAsset(file: string): Asset {
  const text = readFileSync(file, "utf8").replace(/^\/\/# sourceMappingURL=.*$/m, "");
  const type = types[extname(file)] ?? "text/javascript; charset=utf-8";
  return { type, body: file.endsWith(".ts") ? stripTypes(text) : text };
}

/** Node calls the function experimental once per process, which would be a riddle on the terminal of a newcomer. */
function stripTypes(source: string): string {
  const { emitWarning } = process;
  process.emitWarning = () => {};
  try {
    return stripTypeScriptTypes(source);
  } finally {
    process.emitWarning = emitWarning;
  }
}

/** All modules are named ahead, so that the browser need not find out about them one import after the other. */
function page(styles: readonly string[], modules: readonly string[]): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
<meta name="color-scheme" content="light dark">
<title>Tocsin sandbox</title>
<link rel="icon" href="data:,">
${styles.map((path) => `<link rel="stylesheet" href="${path}">`).join("\n")}
<script type="importmap">${importMap}</script>
${modules.map((path) => `<link rel="modulepreload" href="${path}">`).join("\n")}
<script type="module" src="/page/browser/main.ts"></script>
</head>
<body>
<div id="page"></div>
<noscript>This page needs JavaScript.</noscript>
</body>
</html>
`;
}
