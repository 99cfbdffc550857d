import { type Browser, chromium } from "playwright-core";
import { chromiumFlags, findChromium } from "../../scripts/chromium";

/** A headless browser that reaches no network. Throws `script/no-chromium`. */
export async function openChromium(): Promise<Browser> {
  const executablePath = await findChromium();
  return chromium.launch({ executablePath, args: [...chromiumFlags, "--host-resolver-rules=MAP * ~NOTFOUND"] });
}
