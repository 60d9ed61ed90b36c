/** Imported first by every tool: one line for a person whose Node is too old. No newer syntax, no imports. */
const NODE_MAJOR_MIN = 20;

if (Number(process.versions.node.split(".")[0]) < NODE_MAJOR_MIN) {
  process.stderr.write(
    `tandem: Node ${process.versions.node} is too old: install Node ${NODE_MAJOR_MIN} or newer (https://nodejs.org)\n`,
  );
  process.exit(1);
}
