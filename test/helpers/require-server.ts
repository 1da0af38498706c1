/**
 * `describe` for tests that need something a machine may lack. Without it they are skipped, and the reason shows at
 * the end of the run.
 */
export function describeWith(available: boolean, reason: string, title: string, tests: () => void): void {
  if (available) describe(title, tests);
  else describe.skip(`${title} [skipped: ${reason}]`, tests);
}

/** `describeWithServer('LONGSHORE_TEST_MSSQL_URL', …)`: for servers that only an environment variable can name. */
export function describeWithServer(variable: string, title: string, tests: () => void): void {
  describeWith(Boolean(process.env[variable]), `${variable} names no server`, title, tests);
}
