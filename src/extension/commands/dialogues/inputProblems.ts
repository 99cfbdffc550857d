/** What is wrong with a text that a person has typed; undefined when it will do. */
import { l10n } from "vscode";
import { classNames } from "../plans/dataCells";

export function learningRateProblem(text: string): string | undefined {
  const value = Number(text);
  return text.trim() !== "" && value > 0 && value <= 1
    ? undefined
    : l10n.t('Expected a number above 0 and at most 1, like 1e-3, but found "{0}".', text.trim());
}

export function epochsProblem(text: string): string | undefined {
  const value = Number(text);
  return text.trim() !== "" && Number.isInteger(value) && value >= 1 && value <= 10_000
    ? undefined
    : l10n.t('Expected a whole number from 1 to 10000, but found "{0}".', text.trim());
}

export function classNamesProblem(text: string): string | undefined {
  const names = classNames(text);
  if (names.length < 2) {
    return l10n.t("Expected at least two names with commas between them, like cat, dog.");
  }
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  return twice === undefined ? undefined : l10n.t('Expected each name once, but found "{0}" twice.', twice);
}

export function columnProblem(text: string): string | undefined {
  return text.trim() === "" ? l10n.t("Expected the name of a column, like text.") : undefined;
}

export function addressProblem(text: string): string | undefined {
  return /^(https?:\/\/|npm:)[^\s/]+/.test(text.trim())
    ? undefined
    : l10n.t("Expected an address that begins with https:// or npm:, like https://example.org/model/model.json.");
}
