/** Jest runs the sources: the export condition `@tandem/source` resolves every lib to its TypeScript. */
export default {
  testEnvironmentOptions: { customExportConditions: ["@tandem/source", "node", "node-addons"] },
  roots: ["<rootDir>/libs", "<rootDir>/apps", "<rootDir>/test"],
  testMatch: ["**/*.spec.ts"],
  extensionsToTreatAsEsm: [".ts"],
  modulePathIgnorePatterns: ["/dist/"],
  transform: {
    "\\.ts$": [
      "@swc/jest",
      {
        jsc: {
          target: "es2024",
          parser: { syntax: "typescript", decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true },
          keepClassNames: true,
        },
        module: { type: "es6" },
        sourceMaps: "inline",
      },
    ],
  },
};
