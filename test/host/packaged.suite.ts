import { strict as assert } from "node:assert";
import { realpathSync } from "node:fs";
import { extensions } from "vscode";
import { hostVariable } from "./reloadWindow";

suite("the packed extension", () => {
  test("is installed, with no repository around it", () => {
    const extension = extensions.getExtension("graft.graft-lab");
    assert.ok(extension, "Graft is not among the extensions");
    const folder = realpathSync(extension.extensionPath);
    assert.ok(folder.startsWith(realpathSync(hostVariable("extensions"))), `it runs from ${folder}`);
  });
});
