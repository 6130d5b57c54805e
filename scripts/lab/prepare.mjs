// Writes extensions.js, the list of all extensions in package.json with their styles, and copies their settings and
// themes to where the server looks for them. Runs in the folder where the packages are installed.
import { cpSync, copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";

const { dependencies } = JSON.parse(readFileSync("package.json", "utf8"));
const names = Object.keys(dependencies).filter((name) => name.endsWith("-extension") && !name.endsWith("/services-extension"));
const lines = [];
for (const name of names) {
  const from = `node_modules/${name}`;
  const { schemaDir, themePath } = JSON.parse(readFileSync(`${from}/package.json`, "utf8")).jupyterlab ?? {};
  if (schemaDir) {
    mkdirSync(`build/schemas/${name}`, { recursive: true });
    cpSync(`${from}/${schemaDir}`, `build/schemas/${name}`, { recursive: true });
    copyFileSync(`${from}/package.json`, `build/schemas/${name}/package.json.orig`);
  }
  if (themePath) {
    mkdirSync(`build/themes/${name}`, { recursive: true });
    cpSync(`${from}/style`, `build/themes/${name}`, { recursive: true });
    copyFileSync(`${from}/style/variables.css`, `build/themes/${name}/index.css`);
  } else if (existsSync(`${from}/style/index.js`)) {
    lines.push(`import "${name}/style/index.js";`);
  }
}
// Language servers are not there to be asked.
lines.push('const plain = (m) => (Array.isArray(m.default) ? m.default.filter(({ id }) => !id.includes(":language-server")) : m);');
lines.push("export const extensions = [", ...names.map((name) => `  import("${name}").then(plain),`), "];");
writeFileSync("extensions.js", lines.join("\n") + "\n");
