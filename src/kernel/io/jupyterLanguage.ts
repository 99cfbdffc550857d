/** `complete_request` and `inspect_request`, answered from what has run. Jupyter counts code points, JavaScript UTF-16 code units. */
import type { Inspection } from "../language/languageLink";
import type { LanguageService } from "./languageService";

export interface Reply {
  readonly type: "complete_reply" | "inspect_reply";
  readonly content: object;
}

type Content = Readonly<Record<string, unknown>>;

export async function replyToComplete(language: LanguageService, content: Content): Promise<Reply> {
  const type = "complete_reply";
  const place = placeOf(content);
  if (place === undefined) {
    return { type, content: badRequest };
  }
  const { code, offset } = place;
  const { start, end, candidates } = (await language.complete(code, offset)) ?? {
    start: offset,
    end: offset,
    candidates: [],
  };
  const span = { start: codePoints(code, start), end: codePoints(code, end) };
  const typed = code.slice(start, offset).toLowerCase();
  // Front ends filter what they show; clients without a list, such as a console, expect what fits.
  const fitting = candidates.filter(({ name }) => name.toLowerCase().startsWith(typed));
  const types = fitting.map(({ name, kind }) => ({ ...span, text: name, type: kind }));
  return {
    type,
    content: {
      status: "ok",
      matches: fitting.map(({ name }) => name),
      cursor_start: span.start,
      cursor_end: span.end,
      metadata: { _jupyter_types_experimental: types },
    },
  };
}

export async function replyToInspect(language: LanguageService, content: Content): Promise<Reply> {
  const type = "inspect_reply";
  const place = placeOf(content);
  if (place === undefined) {
    return { type, content: badRequest };
  }
  const inspection = await language.inspect(place.code, place.offset);
  const data = inspection === undefined ? {} : inspectionData(inspection, content.detail_level === 1);
  return { type, content: { status: "ok", found: inspection !== undefined, data, metadata: {} } };
}

const badRequest = {
  status: "error",
  ename: "TypeError",
  evalue: "Expected code as text and cursor_pos as a number.",
  traceback: [],
};

function inspectionData({ signature, documentation, declaration }: Inspection, withCode: boolean): object {
  const shown = withCode && declaration !== undefined ? [declaration] : [];
  const fence = (code: string): string => `\`\`\`typescript\n${code}\n\`\`\``;
  return {
    "text/plain": [signature, documentation, ...shown].filter((text) => text !== "").join("\n\n"),
    "text/markdown": [fence(signature), documentation, ...shown.map(fence)].filter((text) => text !== "").join("\n\n"),
  };
}

/** A cursor behind the end counts as the end. */
function placeOf({
  code,
  cursor_pos: cursor,
}: Content): { readonly code: string; readonly offset: number } | undefined {
  if (typeof code !== "string" || typeof cursor !== "number" || !(cursor >= 0)) {
    return undefined;
  }
  return { code, offset: Array.from(code).slice(0, cursor).join("").length };
}

function codePoints(text: string, offset: number): number {
  return Array.from(text.slice(0, offset)).length;
}
