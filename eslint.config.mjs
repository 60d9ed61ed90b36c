import tseslint from "typescript-eslint";
import js from "@eslint/js";

const NODE_GLOBALS = Object.fromEntries(
  ["AbortSignal", "Buffer", "URL", "clearInterval", "clearTimeout", "console", "process", "setInterval"]
    .concat(["setTimeout", "setImmediate", "fetch", "performance"])
    .map((name) => [name, "readonly"]),
);

/** What the house does not write, whatever the types say. */
const BANNED_SYNTAX = [
  { selector: "ExportAllDeclaration", message: "Name what is exported." },
  { selector: "ExportDefaultDeclaration", message: "Named exports only." },
  { selector: "TSEnumDeclaration", message: "A union of strings instead of an enum." },
  {
    selector:
      "ImportDeclaration[source.value=/^\\.{1,2}\\u002F/]:not([source.value=/\\.(ts|mts|mjs|json)$/])",
    message: "Relative imports end in .ts.",
  },
];

/** The pure libraries: the compiler has no Node types there; this says it in words, for globals it knows anyway. */
const PURE_LIBS = [
  "libs/sip/src/**/*.ts",
  "libs/sdp/src/**/*.ts",
  "libs/isup/src/**/*.ts",
  "libs/interworking/src/**/*.ts",
  "libs/call-events/src/**/*.ts",
];
const SPECS = ["**/*.spec.ts", "test/**/*.ts"];

export default tseslint.config(
  {
    ignores: [
      "**/dist/",
      "**/generated/",
      "**/node_modules/",
      "**/.cache/",
      "data/",
      "test/dev-env/kafka/libs/",
    ],
  },
  js.configs.recommended,
  {
    files: ["**/*.ts"],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      "max-lines-per-function": ["error", { max: 70, skipBlankLines: true, skipComments: true }],
      "no-console": "error",
      "no-restricted-syntax": ["error", ...BANNED_SYNTAX],
      "object-shorthand": "error",
      eqeqeq: ["error", "always", { null: "ignore" }],
      "@typescript-eslint/consistent-type-imports": ["error", { fixStyle: "inline-type-imports" }],
      "@typescript-eslint/no-import-type-side-effects": "off",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      "@typescript-eslint/prefer-readonly": "error",
      "@typescript-eslint/switch-exhaustiveness-check": [
        "error",
        { considerDefaultExhaustiveForUnions: true, requireDefaultForNonUnion: false },
      ],
      // Numbers and booleans print as they are meant to; objects stay forbidden.
      "@typescript-eslint/restrict-template-expressions": [
        "error",
        { allowNumber: true, allowBoolean: true },
      ],
      "@typescript-eslint/restrict-plus-operands": ["error", { allowNumberAndString: true }],
      "@typescript-eslint/no-confusing-void-expression": "off",
      // Private faults of a parser, caught at its public function: plain values, since a stack costs more than the parse.
      "@typescript-eslint/only-throw-error": ["error", { allow: [{ from: "file", name: "MultipartFault" }] }],
      // A Nest module is a class with nothing in it.
      "@typescript-eslint/no-extraneous-class": ["error", { allowWithDecorator: true }],
      // Flags Nest's own option objects.
      "@typescript-eslint/no-unsafe-class-instance-assignment": "off",
      // The compiler's noPropertyAccessFromIndexSignature form is welcome: it shows that the key may be missing.
      "@typescript-eslint/dot-notation": "off",
      // Its wish is a `!`, which is forbidden.
      "@typescript-eslint/non-nullable-type-assertion-style": "off",
      // Digits and hex have no surrogates.
      "@typescript-eslint/no-misused-spread": ["error", { allow: ["string"] }],
    },
  },
  {
    files: PURE_LIBS,
    ignores: ["libs/sip/src/node/**", "**/*.spec.ts"],
    rules: {
      "no-restricted-globals": [
        "error",
        "process",
        "Buffer",
        "setTimeout",
        "setInterval",
        "setImmediate",
        "performance",
      ],
    },
  },
  {
    files: SPECS,
    rules: {
      "max-lines-per-function": "off",
      "no-console": "off",
      // A test that meets undefined there fails, which is what it is for.
      "@typescript-eslint/no-non-null-assertion": "off",
      // `void parse(…)` says that only throwing would matter; characters of generated strings are taken as they come.
      "@typescript-eslint/no-meaningless-void-operator": "off",
      "@typescript-eslint/no-misused-spread": "off",
      // Callbacks of doubles and listeners are often empty on purpose.
      "@typescript-eslint/no-empty-function": "off",
    },
  },
  { files: ["**/*.mjs"], languageOptions: { globals: NODE_GLOBALS } },
);
