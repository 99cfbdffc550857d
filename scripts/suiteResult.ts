/** What a suite of tests came to, as its runner writes it into `.test-output/`. */
export interface SuiteResult {
  readonly passed: number;
  readonly failures: readonly TestFailure[];
}

export interface TestFailure {
  readonly title: string;
  readonly message: string;
}
