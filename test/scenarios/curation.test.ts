import pg from "pg";
import { describe, expect, test } from "vitest";
import { openCaptures } from "../support/captures.ts";
import { startScenario } from "../support/scenario.ts";
import { declared } from "../support/stories.ts";

describe("[I6] the timeline is put right in Slack", { timeout: 120_000 }, () => {
  test("lines are hidden and kept, merged, merged again, inserted and undone, and every change has its author", async () => {
    const story = await startScenario();
    const [ana, ben] = [story.person("U0ANA"), story.person("U0BEN")];
    const channel = await declared(story, ana);
    await ben.joins(channel);
    for (const text of ["one", "two", "three"]) await ana.types(channel, `/incident note ${text} was seen`);
    const said = (await ben.types(channel, "four was said 🎉 ```<code>``` مرحبا")) ?? "";
    await story.settled();
    await ana.types(channel, "/incident timeline");
    await ana.form(/three was seen/);

    // A message of the channel is promoted from the same form.
    await ana.clicks("Messages", "form");
    await ana.form(/what was said in the channel[\s\S]*four was said 🎉/);
    await ana.clicks("Add", "form");
    await ana.form(/on the timeline/);
    await ana.clicks("Back to the timeline", "form");
    await ana.form(/four was said 🎉 ```&lt;code&gt;``` مرحبا/);

    await ana.chooses("Merge with the one before", "form", /four was said/);
    const merged = await ana.form(/three was seen\n<@U0BEN>: four was said 🎉/);
    expect(merged.match(/four was said/g)).toHaveLength(1);
    await ana.chooses("Merge with the one before", "form", /three was seen/);
    await ana.form(/two was seen\nthree was seen\n<@U0BEN>: four was said/);
    await ana.chooses("Hide", "form", /one was seen/);
    await ana.form(/^(?![\s\S]*one was seen)/);
    await ana.clicks("Filter", "form");
    await ana.seesForm(/Filter/);
    expect(await ana.submits({ "Taken off": true, Kind: "Notes and messages" })).toEqual({});
    expect(await ana.form(/one was seen/)).toMatch(/notes and messages, with what was taken off/);
    await ana.chooses("Keep", "form", /one was seen/);
    await ana.form(/one was seen/);

    // Undoing goes back one step after the other, both halves of a merge together.
    await ana.chooses("Undo the last change", "form", /two was seen/);
    await ana.form(/\ntwo was seen\n(?!three)/);
    await ana.chooses("Undo the last change", "form", /three was seen/);
    await ana.form(/\nthree was seen\n(?!<@U0BEN>)/);

    await ana.chooses("Add a line after it", "form", /one was seen/);
    await ana.seesForm(/Add a line/);
    expect(await ana.submits({ "What happened": "" })).toHaveProperty("text");
    expect(await ana.submits({ "What happened": "between one and two" })).toEqual({});
    await ana.form(/one was seen[\s\S]*between one and two/);
    await ana.chooses("Undo the last change", "form", /between one and two/);
    await ana.form(/between one and two[\s\S]*/);
    await ana.closes();

    const client = new pg.Client({ connectionString: story.databaseUrl });
    await client.connect();
    const { rows } = await client.query("select kind, by_id from timeline_acts order by seq");
    await client.end();
    expect(rows.map((row) => row.kind)).toEqual(["merge", "merge", "hide", "keep", "undo", "undo", "insert", "undo"]);
    expect(new Set(rows.map((row) => row.by_id))).toEqual(new Set(["U0ANA"]));

    // What is deleted in Slack leaves merged lines, too.
    await ana.types(channel, "/incident timeline");
    await ana.chooses("Merge with the one before", "form", /four was said/);
    await ana.form(/<@U0BEN>: four was said/);
    await ana.closes();
    await ben.deletes(channel, said);
    await story.settled();
    await ana.types(channel, "/incident timeline");
    await story.settled();
    expect(await ana.form(/three was seen\n<@U0BEN>: \(deleted in Slack\)/)).not.toContain("four was said");
    const log = await openCaptures(story.databaseUrl);
    expect(await log.anywhere("four was said")).toEqual([]);
    await log.stop();
  });

  test("two people edit one line at once: the second sees what changed and loses nothing", async () => {
    const story = await startScenario();
    const [ana, ben] = [story.person("U0ANA"), story.person("U0BEN")];
    const channel = await declared(story, ana);
    await ben.joins(channel);
    await ana.types(channel, "/incident note the queue is full");
    await story.settled();
    for (const one of [ana, ben]) {
      await one.types(channel, "/incident timeline");
      await one.chooses("Edit", "form", /the queue is full/);
      await one.seesForm(/Edit the timeline/);
    }
    expect(await ana.submits({ "What happened": "the queue of Ana is full" })).toEqual({});
    expect(await ben.submits({ "What happened": "the queue of Ben is full" })).toEqual({});
    const form = await ben.form(/changed this entry while you had it open/);
    expect(form).toMatch(/<@U0ANA> changed this entry[\s\S]*the queue of Ana is full[\s\S]*the queue of Ben is full/);
    expect(await ben.submits({})).toEqual({});
    await ben.form(/the queue of Ben is full/);
    // A message's own edit in Slack no longer changes words that somebody put right.
    const ts = (await ben.types(channel, "first words")) ?? "";
    await ben.shortcut("timeline_add", { channel, ts });
    await story.settled();
    await ana.types(channel, "/incident timeline");
    await ana.chooses("Edit", "form", /first words/);
    await ana.seesForm(/Edit the timeline/);
    expect(await ana.submits({ "What happened": "better words" })).toEqual({});
    await ana.closes();
    await ben.edits(channel, ts, "second words");
    await story.settled();
    await ana.types(channel, "/incident timeline");
    expect(await ana.form(/better words/)).not.toContain("second words");
  });

  test("a timeline of 2,000 entries over days is turned, searched and jumped in", async () => {
    const story = await startScenario();
    const ana = story.person("U0ANA");
    const channel = await declared(story, ana);
    const client = new pg.Client({ connectionString: story.databaseUrl });
    await client.connect();
    await client.query(
      `insert into timeline_entries (id, incident_id, at, recorded_at, kind, actor_id, text)
       select 'bulk-' || lpad(n::text, 5, '0'), incidents.id, declared_at - interval '5 days' + n * interval '3 minutes',
         declared_at, 'note', case when n % 100 = 0 then 'U0BEN' else 'U0ANA' end, 'bulk entry ' || n || '.'
       from incidents, generate_series(1, 2000) n`,
    );
    const { rows } = await client.query("select declared_at - interval '3 days' as day from incidents");
    await client.end();
    await ana.types(channel, "/incident timeline");
    await ana.form(/bulk entry 2000\.[\s\S]*of 200\d/);
    await ana.clicks("Older", "form");
    expect(await ana.form(/bulk entry 1980\./)).not.toContain("bulk entry 2000.");
    await ana.clicks("Newer", "form");
    await ana.form(/bulk entry 2000\./);
    await ana.choosesDay(rows[0].day.toISOString().slice(0, 10));
    const day = await ana.form(/bulk entry (?:4[0-9]{2}|[5-9]\d\d)\./);
    expect(day).toContain(" of 200");
    await ana.clicks("Filter", "form");
    await ana.seesForm(/^Filter$/);
    expect(await ana.submits({ Person: "U0BEN", Words: "entry 17" })).toEqual({});
    expect(await ana.form(/by <@U0BEN>/)).toMatch(/1 entry[\s\S]*bulk entry 1700\./);
  });

  test("what was said in a private incident is shown to nobody outside it", async () => {
    const story = await startScenario();
    const [ana, ben] = [story.person("U0ANA"), story.person("U0BEN")];
    await ana.types("#general", "/incident declare");
    await ana.seesForm(/Declare/);
    expect(await ana.submits({ Title: "Stolen laptop", Severity: "SEV2", Private: true })).toEqual({});
    await story.settled();
    const channel = await ana.seesChannel(/stolen-laptop/);
    await ana.types(channel, "the thief is known");
    await story.settled();
    for (const line of ["timeline INC-1", "timeline check INC-1"]) {
      await ben.types("#general", `/incident ${line}`);
      await story.settled();
      expect(ben.told("#general").at(-1)).toContain("I cannot find INC-1");
    }
    expect(ben.state().views).toEqual([]);
    await ana.types(channel, "/incident timeline");
    await ana.clicks("Messages", "form");
    await ana.form(/the thief is known/);
  });
});
