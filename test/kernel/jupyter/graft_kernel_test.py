"""Jupyter's own kernel test (jupyter_kernel_test) with every optional sample filled in for the kernel "graft".

Run as a program, it prints one line of JSON: the outcome of each test, `"ok"` or what went wrong. A skipped test counts
as gone wrong, because a sample is then missing.
"""

import json
import unittest

import jupyter_kernel_test


class GraftKernelTests(jupyter_kernel_test.KernelTests):
    kernel_name = "graft"
    language_name = "typescript"
    file_extension = ".ts"

    code_hello_world = "console.log('hello, world')"
    code_stderr = "console.error('trouble')"

    completion_samples = [
        {"text": "Number.isSafe", "matches": {"isSafeInteger"}},
        {"text": "const longName = 3; longNa", "matches": {"longName"}},
        {"text": "JSON."},
    ]

    complete_code_samples = [
        "1 + 1",
        "const text: string = 'a'",
        "function twice(n: number) {\n  return 2 * n;\n}",
        "await Promise.resolve(1)",
        "import { basename } from 'node:path';",
    ]
    incomplete_code_samples = [
        "function twice(n: number) {",
        "const list = [1, 2,",
        "console.log('a',",
        "`a template\n",
    ]
    invalid_code_samples = ["const = 3", "let a: = 1;", ")"]

    code_page_something = "display.page('a long text')"
    code_generate_error = "throw new RangeError('too far')"

    code_execute_result = [
        {"code": "1 + 2", "result": "3"},
        {"code": "'a' + 'b'", "result": "'ab'"},
        {"code": "[1, 2].map((n) => n * 2)", "result": "[ 2, 4 ]"},
        {"code": "await Promise.resolve(42)", "result": "42"},
    ]
    code_display_data = [
        {"code": "display({ a: 1 })", "mime": "text/plain"},
        {"code": "display('text')", "mime": "text/plain"},
        {
            "code": "display({ [Symbol.for('graft.display')]: () => ({ 'image/svg+xml': '<svg/>' }) })",
            "mime": "image/svg+xml",
        },
    ]

    code_history_pattern = "1 + 2*"
    supported_history_operations = ("tail", "range", "search")

    code_inspect_sample = "parseInt"
    code_clear_output = "clearOutput()"


class Outcomes(unittest.TestResult):
    def __init__(self):
        super().__init__()
        self.of = {}

    def startTest(self, test):
        super().startTest(test)
        self.of[self.name(test)] = "ok"

    def addFailure(self, test, err):
        self.note(test, self._exc_info_to_string(err, test))

    def addError(self, test, err):
        self.note(test, self._exc_info_to_string(err, test))

    def addSkip(self, test, reason):
        self.note(test, "skipped: " + (reason or "no sample"))

    def addSubTest(self, test, subtest, err):
        if err is not None:
            self.note(test, str(subtest) + "\n" + self._exc_info_to_string(err, test))

    def note(self, test, text):
        name = self.name(test)
        before = self.of.get(name, "ok")
        self.of[name] = text if before == "ok" else before + "\n" + text

    @staticmethod
    def name(test):
        return getattr(test, "_testMethodName", str(test))


if __name__ == "__main__":
    outcomes = Outcomes()
    unittest.defaultTestLoader.loadTestsFromTestCase(GraftKernelTests).run(outcomes)
    print(json.dumps(outcomes.of))
