/** The part of a notebook's metadata that names its kernel, so that the choice travels with the file. */

/** nbformat's notebook metadata, as VS Code's ipynb serializer keeps it under `metadata`. */
interface NotebookMetadata {
  readonly kernelspec?: { readonly name?: unknown };
  readonly language_info?: { readonly name?: unknown };
}

export const kernelspec = { name: "graft", display_name: "Graft (TypeScript)", language: "typescript" } as const;

const languageInfo = { name: "typescript", file_extension: ".ts", mimetype: "text/typescript" } as const;

/** Metadata of a new notebook for Graft, in the form that VS Code's serializer takes. */
export const newNotebookMetadata = {
  metadata: { kernelspec, language_info: languageInfo },
  nbformat: 4,
  nbformat_minor: 5,
} as const;

/** True when the notebook was made with Graft. */
export function namesGraft(metadata: Readonly<Record<string, unknown>>): boolean {
  return nested(metadata).kernelspec?.name === kernelspec.name;
}

/** The metadata with Graft as the kernel; undefined when it says so already. */
export function withKernelspec(metadata: Readonly<Record<string, unknown>>): Record<string, unknown> | undefined {
  const inner = nested(metadata);
  if (inner.kernelspec?.name === kernelspec.name) {
    return undefined;
  }
  return { ...metadata, metadata: { ...inner, kernelspec, language_info: languageInfo } };
}

function nested(metadata: Readonly<Record<string, unknown>>): NotebookMetadata {
  const inner = metadata.metadata;
  return typeof inner === "object" && inner !== null ? inner : {};
}
