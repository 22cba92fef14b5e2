// Runs a Python script in Pyodide as `python SCRIPT` would: node run.mjs PYODIDE SCRIPT FOLDER PACKAGE...
// PYODIDE is npm's pyodide.mjs. FOLDER is where the script finds itself; it can import the PACKAGEs, which are folders.
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { pathToFileURL } from "node:url";

const [pyodide, script, folder, ...packages] = process.argv.slice(2);
const { loadPyodide } = await import(pathToFileURL(pyodide));
const python = await loadPyodide({ env: { HOME: "/here", PYTHONDONTWRITEBYTECODE: "1" } });
globalThis.fetch = (what) => { throw new Error(`${what} was to be fetched: a lesson must not need the network`); };
for (const home of packages) python.mountNodeFS(`/packages/${basename(home)}`, home);
python.mountNodeFS("/here", folder);
python.FS.chdir("/here");
python.runPython("import sys; sys.path.insert(0, '/packages')");
try {
  python.runPython(readFileSync(script, "utf8"), { filename: script });
} catch (error) {
  console.error(error.message); // Python's traceback; Node's would show all of Pyodide
  process.exitCode = 1;
}
