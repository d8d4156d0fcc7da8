import { CloudError } from "../cloud-error.ts";

/** Points by the start of their period. */
export type Series = ReadonlyMap<number, number>;

/** Arithmetic over the results of other queries: `100 * errors / total`, with brackets, numbers and + - * /. */
export function evaluateExpression(expression: string, series: ReadonlyMap<string, Series>): Series {
  const tokens =
    expression.match(/\s*([a-z][A-Za-z0-9_]*|\d+(\.\d+)?|[-+*/()]|\S)/g)?.map((token) => token.trim()) ?? [];
  const refuse = (why: string) => new CloudError("ValidationError", `Error in expression '${expression}': ${why}`);
  let next = 0;
  type Term = number | Series;

  function primary(): Term {
    const token = tokens[next];
    next += 1;
    if (token === undefined) throw refuse("it ends too early.");
    if (token === "(") {
      const inner = sum();
      if (tokens[next] !== ")") throw refuse("a bracket is not closed.");
      next += 1;
      return inner;
    }
    if (token === "-") return combine(0, primary(), "-");
    if (/^\d/.test(token)) return Number(token);
    const found = series.get(token);
    if (!found) throw refuse(`'${token}' is not the id of another query.`);
    return found;
  }
  function product(): Term {
    let left = primary();
    while (tokens[next] === "*" || tokens[next] === "/") {
      const operator = tokens[next] ?? "*";
      next += 1;
      left = combine(left, primary(), operator);
    }
    return left;
  }
  function sum(): Term {
    let left = product();
    while (tokens[next] === "+" || tokens[next] === "-") {
      const operator = tokens[next] ?? "+";
      next += 1;
      left = combine(left, product(), operator);
    }
    return left;
  }

  const answer = sum();
  if (next < tokens.length) throw refuse(`'${tokens[next]}' was not expected.`);
  if (typeof answer === "number") throw refuse("it must name at least one other query.");
  return answer;
}

type Term = number | Series;

function combine(left: Term, right: Term, operator: string): Term {
  if (typeof left === "number" && typeof right === "number") return calculate(left, right, operator);
  const times = typeof left === "number" ? (right as Series).keys() : left.keys();
  const answer = new Map<number, number>();
  for (const at of times) {
    const one = typeof left === "number" ? left : left.get(at);
    const other = typeof right === "number" ? right : right.get(at);
    // A moment that one side has no point for has none in the answer.
    if (one === undefined || other === undefined) continue;
    const value = calculate(one, other, operator);
    if (Number.isFinite(value)) answer.set(at, value);
  }
  return answer;
}

function calculate(left: number, right: number, operator: string): number {
  if (operator === "+") return left + right;
  if (operator === "-") return left - right;
  return operator === "*" ? left * right : left / right;
}
