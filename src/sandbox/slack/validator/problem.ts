/** One thing Slack would not accept, in Slack's wording, with the JSON pointer to where it stands. */
export interface Problem {
  readonly message: string;
  readonly pointer: string;
  /** The class of the fault, as blocks.validate names it. */
  readonly code: string;
  /** Set where Slack answers with an error of its own instead of invalid_blocks. */
  readonly error?: string;
}

export type Report = (pointer: string, message: string, code?: string, error?: string) => void;

/** How Slack prints a problem in `errors` and, with a level before it, in response_metadata.messages. */
export function printProblem(problem: Problem): string {
  return `${problem.message} [json-pointer:${problem.pointer}]`;
}

export function collect(work: (report: Report) => void): Problem[] {
  const problems: Problem[] = [];
  work((pointer, message, code = "failed_constraint", error) => {
    problems.push({ message, pointer, code, ...(error ? { error } : {}) });
  });
  return problems;
}
