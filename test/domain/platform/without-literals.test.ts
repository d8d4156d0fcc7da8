import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { withoutLiterals } from "../../../src/domain/platform/without-literals.ts";

describe("a PostgreSQL statement without its literals", () => {
  test.each([
    ["select * from users where email = 'ana@example.com'", "select * from users where email = ?"],
    ["select 1, 2.5, .5, 1e9, 0xff, -3 from t1 where a2 = 7", "select ?, ?, ?, ?, ?, -? from t1 where a2 = ?"],
    ["update t set a = 'it''s a secret', b = 2", "update t set a = ?, b = ?"],
    [String.raw`select E'it\'s secret', 'a\' || b`, "select ?, ? || b"],
    ["select $$secret$$, $tag$more $$ secret$tag$ from t", "select ?, ? from t"],
    ["select * from t where id = $1 and x = $2", "select * from t where id = $1 and x = $2"],
    ["select 1 -- token=abc\nfrom t", "select ? from t"],
    ["select /* secret /* nested secret */ still */ a from t", "select a from t"],
    ["alter role app password 'hunter2'", "alter role app password ?"],
    ["select \"Odd Name\", b'101', U&'d\\0061t' from \"T\"", 'select "Odd Name", ?, ? from "T"'],
    ["insert into t values ('cut off in the mid", "insert into t values (?"],
    ["select 1 /* cut off secret", "select ?"],
    ["copy t from stdin", "copy t from stdin"],
    ["", ""],
  ])("%s", (sql, shown) => {
    expect(withoutLiterals(sql, "postgres")).toBe(shown);
  });

  test("whatever stands in a string never shows", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.boolean(), (text, closed) => {
        const planted = `hunter2secret${text}`;
        const sql = `select a from t where b = '${planted.replaceAll("'", "''")}${closed ? "' and c = 1" : ""}`;
        return !withoutLiterals(sql, "postgres").includes("hunter2");
      }),
    );
  });
});

describe("a MySQL statement without its literals", () => {
  test.each([
    [String.raw`select "it\"s secret", 'a\'b' from t`, "select ?, ? from t"],
    ["select `odd name` from `t` # secret\nwhere a = 1", "select `odd name` from `t` where a = ?"],
    ["select 'a''b', x'0aff' from t", "select ?, ? from t"],
  ])("%s", (sql, shown) => {
    expect(withoutLiterals(sql, "mysql")).toBe(shown);
  });
});
