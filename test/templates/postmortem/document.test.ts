import { describe, expect, test } from "vitest";
import { templateNamed } from "../../../src/domain/postmortem/settings.ts";
import { postmortemJson } from "../../../templates/postmortem/data.ts";
import { postmortemMarkdown } from "../../../templates/postmortem/document.ts";
import { postmortemHtml } from "../../../templates/postmortem/page.ts";
import { timelinePicture } from "../../../templates/postmortem/picture.ts";
import { waooaw } from "../../support/desk.ts";
import { sampleEntry, sampleIncident } from "../incident/facts.ts";
import { samplePostmortem } from "./facts.ts";

/** A post-mortem whose root cause is this text. */
function withText(text: string) {
  const facts = samplePostmortem();
  const sections = facts.sections.map((one) =>
    one.section.id === "root-cause" && one.written ? { ...one, written: { ...one.written, text } } : one,
  );
  return samplePostmortem({ sections });
}

const png = {
  name: "graph.png",
  caption: 'graph.png <img onerror="x">',
  mimetype: "image/png",
  content: new Uint8Array([137, 80, 78, 71]),
};

describe("[I9] the document of a post-mortem", () => {
  test("says which alert it was noticed by", () => {
    const facts = samplePostmortem();
    const source = { kind: "alert", permalink: null, text: "prometheus: HighErrorRate | *5xx*" } as const;
    const text = postmortemMarkdown({ ...facts, incident: { ...facts.incident, source } });
    expect(text).toMatch(/\| Detected +\| \d.* by an alert \(prometheus: HighErrorRate/);
    expect(postmortemMarkdown(facts)).not.toMatch(/\| Detected/);
  });

  test("what people wrote comes through unharmed: emoji, code, tables, right-to-left, line breaks", async () => {
    const text = [
      "🧯 café ﷺ שלום",
      "",
      "```sh",
      "# not a heading",
      "",
      "",
      "",
      "echo '{{timeline}}' && cat </etc/hosts>",
      "```",
      "",
      "| a | b |",
      "|---|---|",
      "| 1 | **2** |",
    ].join("\n");
    const markdown = postmortemMarkdown(withText(text));
    expect(markdown).toContain(`## Root cause\n\n${text}\n`);
    const html = await postmortemHtml(withText(text));
    expect(html).toContain("# not a heading\n\n\n\necho '{{timeline}}' &#x26;&#x26; cat &#x3C;/etc/hosts>");
    expect(html).toContain("<td><strong>2</strong></td>");
    expect(html).toContain("🧯 café ﷺ שלום");
  });

  test("headings of a section start below its own, and a code block that is never closed swallows only itself", () => {
    expect(postmortemMarkdown(withText("# Mine\n\ntext"))).toContain("### Mine");
    expect(postmortemMarkdown(withText("```\n# code"))).toContain("```\n# code");
  });

  test("tags, handlers and addresses of other kinds do nothing in the page, which loads and runs nothing", async () => {
    const html = await postmortemHtml(
      withText(
        '<script>alert(1)</script>\n\n<img src=x onerror=alert(1)>\n\n[a](javascript:alert(1)) [b](data:text/html,x) ![i](https://x.example/i.png) [c](https://x.example/?a="b)',
      ),
      [png],
    );
    expect(html).toContain(
      `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:;`,
    );
    expect(html).not.toMatch(/<script|<img(?! alt)|onerror="|href="(?!https?:|mailto:)/);
    const addresses = [...html.matchAll(/(?:src|href)="([^"]*)"/g)].map((match) => match[1] ?? "");
    for (const address of addresses) expect(address).toMatch(/^(https?:|mailto:|data:image\/png;base64,)/);
  });

  test("images stand in the page and are linked to in Markdown", async () => {
    const image = {
      name: "graph.png",
      at: new Date("2026-11-22T02:20:00Z"),
      mimetype: "image/png",
      size: 4,
      permalink: "https://waooaw.slack.com/archives/C1/p1",
      source: { channelId: "C1", ts: "1.1", fileId: "F1" },
    };
    const facts = samplePostmortem({ images: [image] });
    expect(await postmortemHtml(facts, [png])).toContain('<img alt="graph.png" src="data:image/png;base64,iVBORw==">');
    expect(await postmortemHtml(facts, [{ ...png, mimetype: "image/svg+xml" }])).not.toContain("<img");
    expect(postmortemMarkdown(facts)).toContain(
      "## Images\n\n[graph.png, 2026-11-22 02:20](https://waooaw.slack.com/archives/C1/p1)",
    );
    expect(await postmortemHtml(samplePostmortem())).not.toContain("Images");
  });

  test("times are in one zone, said once; an incident of several days shows its dates", () => {
    const { times } = sampleIncident();
    const incident = sampleIncident({
      phase: "resolved",
      times: { ...times, resolvedAt: new Date("2026-11-24T05:00:00Z") },
    });
    const timeline = [
      sampleEntry({ id: "a", at: new Date("2026-11-22T23:30:00Z"), text: "late" }),
      sampleEntry({ id: "b", at: new Date("2026-11-23T23:30:00Z"), text: "later" }),
    ];
    const facts = samplePostmortem({ incident, timeline, timeZone: "Europe/Berlin" });
    const markdown = postmortemMarkdown(facts);
    expect(markdown.match(/Europe\/Berlin/g)).toHaveLength(1);
    expect(markdown).not.toContain("UTC");
    expect(markdown).toContain("### 2026-11-23\n\n- **00:30** Ana Ruiz: late\n\n### 2026-11-24\n\n- **00:30**");
    expect(timelinePicture(facts)).toMatch(/>2026-11-22<|>2026-11-23</);
  });

  test("the picture shows phases, updates, operations and events on one axis, and nothing of them as markup", () => {
    const facts = samplePostmortem({
      timeline: [
        sampleEntry({ kind: "update", text: "</title><script>x</script> &lt;@U1&gt;" }),
        sampleEntry({ id: "2", kind: "note", text: "note" }),
      ],
    });
    const picture = timelinePicture(facts);
    for (const name of ["Phase", "Updates", "Operations", "Events", "Acknowledged", "Mitigated"])
      expect(picture).toContain(name);
    expect(picture).toContain("&lt;/title&gt;&lt;script&gt;");
    expect(picture.match(/class="update"/g)).toHaveLength(1);
    expect(picture.match(/class="event"/g)).toHaveLength(1);
    expect(picture).not.toMatch(/NaN|Infinity|undefined/);
    const short = samplePostmortem({ timeline: [], incident: sampleIncident() });
    expect(timelinePicture(short)).not.toMatch(/NaN|Infinity|undefined/);
  });

  test("numbers carry their unit, and every built-in template draws", () => {
    for (const name of ["default", "brief", "security", "drill"]) {
      const template = templateNamed(waooaw.postmortem, name);
      const markdown = postmortemMarkdown(samplePostmortem({ template }));
      expect(markdown).not.toMatch(/\{\{|\p{Cc}(?<!\n)/u);
      expect(markdown).toContain("## Timeline");
    }
    const template = templateNamed(waooaw.postmortem, "security");
    const facts = samplePostmortem({ template });
    const sections = facts.sections.map((one) =>
      one.section.id === "records-affected"
        ? {
            ...one,
            written: { postmortemId: "", section: "", revision: 1, text: "1200", authorId: "U", at: new Date(0) },
          }
        : one,
    );
    expect(postmortemMarkdown({ ...facts, sections })).toContain("## Records affected\n\n1200 records");
  });

  test("600 KB of the worst text let everything else go on while they are drawn, every character of it there", async () => {
    const pieces = ["*_`[](<>|~\\#{{x}} ", "https://x.example/a?b=c ", "😀 שלום ", "| a | b |\n", "\n\n"];
    const text = Array.from({ length: 60_000 }, (_, index) => pieces[index % pieces.length])
      .join("")
      .slice(0, 600_000);
    const drawnWith = async (length: number) => {
      const facts = withText(text.slice(0, length));
      const { done: html, turns } = await turnsDuring(() => postmortemHtml(facts));
      expect(html).toContain("</html>");
      return turns;
    };
    // What is drawn between two turns of the event loop is bounded, however long the whole is.
    expect(await drawnWith(60_000)).toBeGreaterThan(60_000 / 4000);
    expect(await drawnWith(600_000)).toBeGreaterThan(600_000 / 4000);
    const markdown = postmortemMarkdown(withText(text));
    expect(markdown).toContain(text.trim().slice(0, 1000));
    expect(markdown.length).toBeGreaterThan(590_000);
  });

  test("a message of 40,000 characters stands on the timeline whole", () => {
    const text = "word &amp; *bold* <https://x.example/|link> ".repeat(900);
    const facts = samplePostmortem({ timeline: [sampleEntry({ text })] });
    expect(postmortemMarkdown(facts).match(/\[link\]\(https:\/\/x\.example\/\)/g)).toHaveLength(900);
  });

  test("JSON says the same to programs", () => {
    const data = JSON.parse(postmortemJson(samplePostmortem())) as {
      sections: unknown[];
      timeline: unknown[];
      score: number;
    };
    expect(data).toMatchObject({
      format: "tocsin-postmortem-1",
      incident: { name: "INC-42", severity: "SEV2" },
      actionItems: [{ title: "Alarm on queue length", owner: "U0BEN" }],
    });
    expect([data.sections.length, data.timeline.length]).toEqual([7, 4]);
  });
});

/** How often something else had its turn while a piece of work was going on. */
async function turnsDuring<T>(work: () => Promise<T>): Promise<{ readonly done: T; readonly turns: number }> {
  let turns = 0;
  let isOver = false;
  const count = (): void => {
    turns += 1;
    if (!isOver) setImmediate(count);
  };
  setImmediate(count);
  const done = await work();
  isOver = true;
  return { done, turns };
}
