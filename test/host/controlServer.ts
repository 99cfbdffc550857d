/** The runner's side of the control channel: acts on the window through Playwright, on loopback only. */
import { mkdir } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { Locator, Page } from "playwright-core";
import type { ControlReply, ControlRequest, FrameValue } from "./control";

export interface ControlServer {
  readonly url: string;
  /** Requests that come before wait until there is a page. */
  attach(page: Page): void;
  /** How often the window has been loaded anew; each time its extension host ends. */
  readonly reloads: number;
  dispose(): Promise<void>;
}

export async function startControlServer(screenshotFolder: string): Promise<ControlServer> {
  await mkdir(screenshotFolder, { recursive: true });
  let attach: (page: Page) => void = () => undefined;
  const attached = new Promise<Page>((resolve) => (attach = resolve));
  let reloads = 0;
  const server: Server = createServer((request, response) => {
    const answer = async (): Promise<ControlReply> => {
      try {
        const [page, body] = await Promise.all([attached, parseBody(request)]);
        reloads += body.action === "reload" ? 1 : 0;
        const values = await act(page, body, screenshotFolder);
        return { kind: "done", values };
      } catch (error) {
        return { kind: "failed", message: error instanceof Error ? error.message : String(error) };
      }
    };
    void answer().then((reply) => response.end(JSON.stringify(reply)));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    attach: (page) => attach(page),
    get reloads() {
      return reloads;
    },
    dispose: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function parseBody(request: IncomingMessage): Promise<ControlRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return JSON.parse(String(Buffer.concat(chunks))) as ControlRequest;
}

async function act(page: Page, request: ControlRequest, screenshotFolder: string): Promise<readonly FrameValue[]> {
  switch (request.action) {
    case "screenshot":
      await page.screenshot({ path: join(screenshotFolder, `${request.name}.png`) });
      return [];
    case "evaluate":
      return evaluateEverywhere(page, request.expression);
    case "click":
      await (await firstVisible(page, request.selector)).click();
      return [];
    case "drag":
      await dragOver(page, await firstVisible(page, request.selector), request.path);
      return [];
    case "press":
      await page.keyboard.press(request.keys);
      return [];
    case "type":
      await page.keyboard.type(request.text);
      return [];
    case "reload":
      await page.reload({ waitUntil: "domcontentloaded" });
      return [];
    default:
      request satisfies never;
      throw new Error(`Expected a known action, but found ${JSON.stringify(request)}`);
  }
}

async function evaluateEverywhere(page: Page, expression: string): Promise<FrameValue[]> {
  const values = await Promise.all(
    page.frames().map(async (frame): Promise<FrameValue[]> => {
      try {
        return [{ url: frame.url(), value: await frame.evaluate<unknown>(expression) }];
      } catch {
        return []; // The frame went away, or has no such thing: the other frames answer.
      }
    }),
  );
  return values.flat();
}

async function firstVisible(page: Page, selector: string): Promise<Locator> {
  const deadline = Date.now() + 10_000;
  while (Date.now() < deadline) {
    for (const frame of page.frames()) {
      const locator = frame.locator(selector).filter({ visible: true }).first();
      if ((await locator.count().catch(() => 0)) > 0) return locator;
    }
    await page.waitForTimeout(100);
  }
  throw new Error(`Expected a visible ${selector} within 10 s, but found none in ${page.frames().length} frames`);
}

async function dragOver(page: Page, element: Locator, path: readonly (readonly [number, number])[]): Promise<void> {
  await element.scrollIntoViewIfNeeded();
  const box = await element.boundingBox();
  if (box === null) throw new Error("Expected an element to drag over, but it is not on the page");
  const places = path.map(([across, down]) => [box.x + across * box.width, box.y + down * box.height] as const);
  await page.mouse.move(...places[0]!);
  await page.mouse.down();
  for (const place of places.slice(1)) await page.mouse.move(...place, { steps: 5 });
  await page.mouse.up();
}
