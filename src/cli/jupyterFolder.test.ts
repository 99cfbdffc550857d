import { homedir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { jupyterDataFolder, prefixDataFolder } from "./jupyterFolder";

test.each<[string, NodeJS.ProcessEnv, NodeJS.Platform, string]>([
  ["a named folder comes first", { JUPYTER_DATA_DIR: "/srv/jupyter", XDG_DATA_HOME: "/x" }, "darwin", "/srv/jupyter"],
  ["XDG on Linux", { XDG_DATA_HOME: "/x" }, "linux", "/x/jupyter"],
  ["the default on Linux", {}, "linux", join(homedir(), ".local/share/jupyter")],
  ["macOS", { XDG_DATA_HOME: "/x" }, "darwin", join(homedir(), "Library/Jupyter")],
  ["Windows", { APPDATA: "/roaming" }, "win32", "/roaming/jupyter"],
])("%s", (_, environment, platform, folder) => {
  expect(jupyterDataFolder(environment, platform)).toBe(folder);
});

test("a prefix is an installation's root", () => {
  expect(prefixDataFolder("/usr/local")).toBe("/usr/local/share/jupyter");
});
