/** Who may import whom (docs/architecture.md). Specs may use more, but never break a layer of production code. */
const SPEC = "\\.spec\\.ts$";
const PURE = "^libs/(sip|sdp|isup|interworking|call-events)/src/";
const SIP_NODE = "^libs/sip/src/node/";

/** libs/sip from the wire up: a layer imports those below it. */
const SIP_LAYERS = [
  "message",
  "transport",
  "location",
  "authentication",
  "transaction",
  "dialog",
  "user-agent",
];

const sipLayerRules = SIP_LAYERS.slice(0, -1).map((layer, depth) => ({
  name: `sip-${layer}-looks-down`,
  comment: `libs/sip/src/${layer} knows nothing of the layers above it`,
  severity: "error",
  from: { path: `^libs/sip/src/${layer}/`, pathNot: SPEC },
  to: { path: `^libs/sip/src/(${[...SIP_LAYERS.slice(depth + 1), "node", "testing"].join("|")})/` },
}));

/** The libraries that a library may use; everything else of ours is forbidden to it. */
const LIB_USES = {
  sip: [],
  sdp: [],
  isup: [],
  journal: [],
  "call-events": [],
  interworking: ["sip", "isup", "sdp"],
};

const libRules = Object.entries(LIB_USES).map(([lib, uses]) => ({
  name: `${lib}-uses-${uses.join("-") || "nothing-of-ours"}`,
  comment: `libs/${lib} may import ${uses.map((use) => `libs/${use}`).join(", ") || "no other library of ours"}`,
  severity: "error",
  from: { path: `^libs/${lib}/`, pathNot: SPEC },
  to: { path: "^(libs|apps|tools|test|bench)/", pathNot: `^libs/(${[lib, ...uses].join("|")})/` },
}));

export default {
  forbidden: [
    {
      name: "no-cycles",
      comment: "Two files that need each other are one file, or lack a third",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    {
      name: "resolvable",
      comment: "Every import leads somewhere",
      severity: "error",
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: "declared",
      comment: "A package is used only where the package.json next to it, or the root's, names it",
      severity: "error",
      from: { path: "^(libs|apps)/", pathNot: SPEC },
      to: { dependencyTypes: ["npm-no-pkg", "npm-unknown", "npm-dev", "npm-optional"], pathNot: "/@types/" },
    },
    ...libRules,
    {
      name: "libs-not-to-apps",
      comment: "Libraries know no application, and their specs neither",
      severity: "error",
      from: { path: "^libs/" },
      to: { path: "^apps/" },
    },
    {
      name: "apps-apart",
      comment: "Applications meet in Kafka and in proto/",
      severity: "error",
      from: { path: "^apps/([^/]+)/" },
      to: { path: "^apps/", pathNot: "^apps/$1/" },
    },
    {
      name: "production-apart-from-tests",
      comment: "What runs in production imports no spec, helper or double",
      severity: "error",
      from: { path: "^(libs|apps)/", pathNot: [SPEC, "/testing/"] },
      to: { path: [SPEC, "^test/", "^libs/sip/src/testing/"] },
    },
    {
      name: "pure-libs-without-node",
      comment: "Only libs/sip/src/node, libs/journal and applications touch the platform",
      severity: "error",
      from: { path: PURE, pathNot: [SPEC, SIP_NODE] },
      to: { dependencyTypes: ["core"] },
    },
    {
      name: "sip-node-on-top",
      comment: "Only the entry ./node imports the Node adapters",
      severity: "error",
      from: { path: "^libs/sip/src/", pathNot: [SPEC, SIP_NODE] },
      to: { path: SIP_NODE },
    },
    ...sipLayerRules,
    {
      name: "nest-in-apps",
      comment: "Libraries are plain TypeScript",
      severity: "error",
      from: { pathNot: "^(apps|test)/" },
      to: { path: "node_modules/(@nestjs|reflect-metadata|rxjs)/" },
    },
    {
      name: "public-entries",
      comment: "Another package's files are its own; use what its package.json exports",
      severity: "error",
      from: { path: "^(libs|apps)/([^/]+)/", pathNot: SPEC },
      to: {
        path: "^libs/",
        pathNot: ["^$1/$2/", "^libs/[^/]+/src/index\\.ts$", "^libs/sip/src/(node|testing)/index\\.ts$"],
      },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "(^|/)dist/" },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      conditionNames: ["@tandem/source", "import", "node", "default", "types"],
      exportsFields: ["exports"],
      extensions: [".ts", ".mjs", ".js", ".json"],
    },
  },
};
