/** What cells can call, read from the docstrings of `src/lab/index.ts` the way `npm run docs` reads them. */
import { Application, type Comment, type DeclarationReflection, Logger, LogLevel, ReflectionKind } from "typedoc";

export interface PublicFunction {
  /** As a cell writes it, e.g. `show.curves`, `Model.fineTune`, `graft`. */
  readonly name: string;
  readonly summary: string;
  readonly examples: readonly Example[];
}

export interface Example {
  readonly code: string;
  /** Fenced as `ts online`: it needs the internet, so it is only read. */
  readonly online: boolean;
}

export interface PublicApi {
  readonly functions: readonly PublicFunction[];
  /** Exported types, classes and objects without a docstring. */
  readonly undocumented: readonly string[];
  /** What TypeDoc finds wrong: links that lead nowhere, types that cells cannot name. */
  readonly warnings: readonly string[];
}

export async function readPublicApi(): Promise<PublicApi> {
  const app = await Application.bootstrap();
  const warnings: string[] = [];
  app.logger = new CollectedWarnings(warnings);
  const project = await app.convert();
  if (project === undefined) throw new Error("TypeDoc could not read src/lab/index.ts; run `npm run docs` to see why.");
  app.validate(project);
  const exported = project.children ?? [];
  return {
    functions: exported.flatMap((declaration) => functionsOf(declaration, "")),
    undocumented: exported
      .filter((declaration) => !isFunction(declaration) && !hasText(declaration.comment))
      .map(({ name }) => name),
    warnings,
  };
}

class CollectedWarnings extends Logger {
  readonly #warnings: string[];

  constructor(warnings: string[]) {
    super();
    this.#warnings = warnings;
  }

  override log(message: string, level: LogLevel): void {
    if (level >= LogLevel.Warn) this.#warnings.push(message);
  }
}

const isFunction = (declaration: DeclarationReflection): boolean => signaturesOf(declaration).length > 0;

function functionsOf(declaration: DeclarationReflection, owner: string): PublicFunction[] {
  // Symbols are between Graft and itself; what is external is JavaScript's own.
  if (declaration.name.startsWith("[") || declaration.flags.isExternal) return [];
  const name = owner + declaration.name;
  const signatures = signaturesOf(declaration);
  if (signatures.length > 0) {
    const comments = [declaration.comment, ...signatures.map(({ comment }) => comment)].filter(
      (comment) => comment !== undefined,
    );
    return [{ name, summary: comments.map(summaryOf).join(" ").trim(), examples: comments.flatMap(examplesOf) }];
  }
  const members = declaration.children ?? objectMembers(declaration);
  // A class that is exported as a type only reads like an interface; callbacks in options are not functions to call.
  const callable = declaration.kindOf(ReflectionKind.Interface)
    ? members.filter((member) => member.kindOf(ReflectionKind.Method))
    : members.filter((member) => !member.kindOf(ReflectionKind.Constructor));
  const owns = declaration.kindOf([ReflectionKind.Class, ReflectionKind.Interface, ReflectionKind.Variable]);
  return owns ? callable.flatMap((member) => functionsOf(member, `${name}.`)) : [];
}

function signaturesOf(declaration: DeclarationReflection): readonly { readonly comment?: Comment }[] {
  if (declaration.signatures !== undefined) return declaration.signatures;
  return declaration.type?.type === "reflection" ? (declaration.type.declaration.signatures ?? []) : [];
}

function objectMembers(declaration: DeclarationReflection): readonly DeclarationReflection[] {
  return declaration.type?.type === "reflection" ? (declaration.type.declaration.children ?? []) : [];
}

const summaryOf = (comment: Comment): string => comment.summary.map(({ text }) => text).join("");

const hasText = (comment: Comment | undefined): boolean => comment !== undefined && summaryOf(comment).trim() !== "";

function examplesOf(comment: Comment): Example[] {
  return comment.blockTags
    .filter(({ tag }) => tag === "@example")
    .map(({ content }) => content.map(({ text }) => text).join(""))
    .flatMap((text) =>
      [...text.matchAll(/```ts( online)?\n(.*?)```/gs)].map(([, online, code]) => ({
        code: code!,
        online: online !== undefined,
      })),
    );
}
