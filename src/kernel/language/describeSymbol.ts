/** What TypeScript knows of a symbol, as code and Markdown. */
import type * as typescript from "@tslab/typescript-for-tslab";
import type { SignatureDescription, SymbolDescription } from "../../shared/languageMessages";

interface Documented {
  readonly displayParts?: readonly typescript.SymbolDisplayPart[] | undefined;
  readonly documentation?: readonly typescript.SymbolDisplayPart[] | undefined;
  readonly tags?: readonly typescript.JSDocTagInfo[] | undefined;
}

export function describeSymbol({ displayParts, documentation, tags }: Documented): SymbolDescription {
  return { signature: plainText(displayParts ?? []), documentation: documentationOf(documentation, tags) };
}

export function describeSignature(item: typescript.SignatureHelpItem): SignatureDescription {
  const parameters = item.parameters.map(({ displayParts, documentation }) => ({
    label: plainText(displayParts),
    documentation: markdown(documentation),
  }));
  const separator = plainText(item.separatorDisplayParts);
  const inner = parameters.map(({ label }) => label).join(separator);
  // Parameters are shown with their own text: the rest of the tags belongs to the whole.
  const tags = item.tags.filter(({ name }) => name !== "param");
  return {
    label: `${plainText(item.prefixDisplayParts)}${inner}${plainText(item.suffixDisplayParts)}`,
    documentation: documentationOf(item.documentation, tags),
    parameters,
  };
}

function documentationOf(
  parts: readonly typescript.SymbolDisplayPart[] = [],
  tags: readonly typescript.JSDocTagInfo[] = [],
): string {
  return [markdown(parts), ...tags.map(tagText)].filter((text) => text !== "").join("\n\n");
}

function tagText({ name, text = [] }: typescript.JSDocTagInfo): string {
  const content = markdown(text);
  switch (name) {
    case "example":
      return content.includes("```") ? `*@example*\n${content}` : `*@example*\n\`\`\`typescript\n${content}\n\`\`\``;
    case "param":
    case "template": {
      const subject = text.find(({ kind }) => kind === "parameterName" || kind === "typeParameterName")?.text;
      const rest = subject === undefined ? content : content.replace(subject, "").trim();
      return `*@${name}*${subject === undefined ? "" : ` \`${subject}\``}${rest === "" ? "" : ` — ${rest.replace(/^- /, "")}`}`;
    }
    default:
      return content === "" ? `*@${name}*` : `*@${name}* — ${content}`;
  }
}

/** `{@link name}` becomes code; everything else is Markdown as it was written. */
function markdown(parts: readonly typescript.SymbolDisplayPart[]): string {
  return parts
    .map(({ kind, text }) => {
      switch (kind) {
        case "link":
          return "";
        case "linkName":
        case "linkText":
          return /^https?:/.test(text) ? `<${text.trim()}>` : `\`${text.trim()}\``;
        default:
          return text;
      }
    })
    .join("")
    .trim();
}

function plainText(parts: readonly typescript.SymbolDisplayPart[]): string {
  return parts.map(({ text }) => text).join("");
}
