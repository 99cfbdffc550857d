/** Answers editors over comms with the target `graft.language`. What cannot be understood stays unanswered. */
import {
  completionTriggers,
  type LanguageQuestion,
  type LanguageRequest,
  type LanguageResponse,
} from "../../shared/languageMessages";
import type { Comm, CommTarget } from "./comms";
import type { LanguageService } from "./languageService";

export class LanguageComms implements CommTarget {
  readonly #language: LanguageService;
  readonly #open = new Set<Comm>();

  constructor(language: LanguageService) {
    this.#language = language;
  }

  open(comm: Comm): void {
    this.#open.add(comm);
  }

  message(comm: Comm, data: unknown, parent: string): void {
    const request = parseRequest(data);
    if (request !== undefined) {
      void this.#answer(comm, request, parent);
    }
  }

  close(comm: Comm): void {
    this.#open.delete(comm);
  }

  async #answer(comm: Comm, { id, question }: LanguageRequest, parent: string): Promise<void> {
    const answer = await this.#language.editor(question, comm);
    if (this.#open.has(comm)) {
      comm.send((answer === undefined ? { id } : { id, answer }) satisfies LanguageResponse, parent);
    }
  }
}

function parseRequest(data: unknown): LanguageRequest | undefined {
  const { id, question } = (data ?? {}) as { readonly id?: unknown; readonly question?: unknown };
  if (typeof id !== "number" || typeof question !== "object" || question === null) {
    return undefined;
  }
  const parsed = parseQuestion(question);
  return parsed === undefined ? undefined : { id, question: parsed };
}

function parseQuestion({
  kind,
  cells,
  offset,
  name,
  trigger,
}: Partial<Record<string, unknown>>): LanguageQuestion | undefined {
  if (!Array.isArray(cells) || !cells.every((cell) => typeof cell === "string")) {
    return undefined;
  }
  if (kind === "diagnose") {
    return { kind, cells };
  }
  const length = cells.at(-1)?.length ?? 0;
  if (typeof offset !== "number" || !Number.isInteger(offset) || offset < 0 || offset > length) {
    return undefined;
  }
  switch (kind) {
    case "complete": {
      const known = completionTriggers.find((each) => each === trigger);
      return { kind, cells, offset, ...(known === undefined ? {} : { trigger: known }) };
    }
    case "hover":
    case "signature":
      return { kind, cells, offset };
    case "describe":
      return typeof name === "string" ? { kind, cells, offset, name } : undefined;
    default:
      return undefined;
  }
}
