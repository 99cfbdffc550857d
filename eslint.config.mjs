// Type-aware lint for every layer. What is on here guards against defects that types alone let through: promises that
// nobody awaits, switches that forget a case, import cycles.
import importX from "eslint-plugin-import-x";
import tseslint from "typescript-eslint";

export default tseslint.config(
  { ignores: ["dist/", ".tsbuild/", ".test-output/", "node_modules/", "notebooks/", "**/*.gen.ts"] },
  {
    files: ["**/*.ts"],
    extends: [...tseslint.configs.strictTypeChecked, ...tseslint.configs.stylisticTypeChecked],
    plugins: { "import-x": importX },
    settings: { "import-x/extensions": [".ts"], "import-x/resolver": { node: { extensions: [".ts"] } } },
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: ["vitest*.config.ts"] },
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      "@typescript-eslint/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
      "@typescript-eslint/no-floating-promises": "error",
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true, allowBoolean: true }],
      // Typed-array kernels and parsers index with bounds they have just checked.
      "@typescript-eslint/no-non-null-assertion": "off",
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      "import-x/no-cycle": "error",
      "import-x/no-default-export": "error",
      "no-restricted-syntax": [
        "error",
        { selector: "TSEnumDeclaration", message: "Use a union of string literals." },
        { selector: "TSParameterProperty", message: "Declare the field; parameter properties are not erasable." },
      ],
    },
  },
  { files: ["**/*.test.ts", "test/**/*.ts"], rules: { "@typescript-eslint/no-unsafe-assignment": "off" } },
  { files: ["vitest*.config.ts"], rules: { "import-x/no-default-export": "off" } },
);
