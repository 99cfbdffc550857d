import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { Outgoing } from "./outbox";
import { UpdatePacer } from "./updatePacer";

let sent: string[];
let pacer: UpdatePacer;
beforeEach(() => {
  vi.useFakeTimers();
  sent = [];
  pacer = new UpdatePacer(
    ({ content }) => sent.push(content),
    () => Date.now(),
  );
});
afterEach(() => vi.useRealTimers());

const update = (content: string, parent = "{}"): Outgoing => ({
  channel: "iopub",
  type: "update_display_data",
  parent,
  content,
});

it("sends the first at once, the last always, and about thirty a second in between", () => {
  for (let ms = 0; ms < 1000; ms++) {
    pacer.offer("a", update(String(ms)));
    vi.advanceTimersByTime(1);
  }
  vi.advanceTimersByTime(100);
  expect(sent[0]).toBe("0");
  expect(sent.at(-1)).toBe("999");
  expect(sent.length).toBeGreaterThan(20);
  expect(sent.length).toBeLessThan(35);
});

it("paces each display by itself", () => {
  pacer.offer("a", update("a1"));
  pacer.offer("b", update("b1"));
  expect(sent).toEqual(["a1", "b1"]);
});

it("flushes those of one request, and an older one never comes after a newer one", () => {
  pacer.offer("a", update("a1", "p"));
  pacer.offer("b", update("b1", "q"));
  pacer.offer("a", update("a2", "p"));
  pacer.offer("b", update("b2", "q"));
  pacer.offer("a", update("a3", "q"));
  pacer.flush("p");
  expect(sent).toEqual(["a1", "b1"]);
  pacer.flush("q");
  vi.advanceTimersByTime(100);
  expect(sent.slice(2).sort()).toEqual(["a3", "b2"]);
});

it("sends large updates less often", () => {
  for (let ms = 0; ms < 10_000; ms += 50) {
    pacer.offer("a", update("x".repeat(4 * 1024 * 1024)));
    vi.advanceTimersByTime(50);
  }
  expect(sent.length).toBeLessThan(25);
  expect(sent.length).toBeGreaterThan(10);
});
