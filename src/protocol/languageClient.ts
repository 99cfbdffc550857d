/**
 * Asks a kernel's language service over a comm. It promises that every question ends: with an answer, or with undefined when
 * there is none or the kernel has gone.
 */
import type { Kernel } from "@jupyterlab/services";
import {
  LANGUAGE_COMM_TARGET,
  type LanguageAnswer,
  type LanguageQuestion,
  type LanguageRequest,
  type LanguageResponse,
} from "../shared/languageMessages";

export type AnswerTo<Q extends LanguageQuestion> = Extract<LanguageAnswer, { readonly kind: Q["kind"] }>;

export class LanguageClient {
  readonly #connection: Kernel.IKernelConnection;
  readonly #comm: Kernel.IComm;
  readonly #waiting = new Map<number, (answer: LanguageAnswer | undefined) => void>();
  #asked = 0;

  constructor(connection: Kernel.IKernelConnection) {
    this.#connection = connection;
    this.#comm = connection.createComm(LANGUAGE_COMM_TARGET);
    this.#comm.onMsg = ({ content }) => this.#answered(content.data as unknown as LanguageResponse);
    this.#comm.onClose = () => this.#giveUp();
    this.#comm.open();
    connection.disposed.connect(() => this.#giveUp());
    connection.statusChanged.connect((_, status) => {
      if (status === "dead" || status === "restarting") {
        this.#giveUp();
      }
    });
  }

  /**
   * False when the kernel has gone or this is another one: that needs a client of its own. True for a kernel without such a
   * service too, which is not asked again.
   */
  isOn(connection: Kernel.IKernelConnection): boolean {
    return this.#connection === connection && this.#lives;
  }

  async ask<Q extends LanguageQuestion>(question: Q): Promise<AnswerTo<Q> | undefined> {
    if (!this.#lives || this.#comm.isDisposed) {
      return undefined;
    }
    const id = this.#asked++;
    const answer = await new Promise<LanguageAnswer | undefined>((resolve) => {
      this.#waiting.set(id, resolve);
      this.#comm.send({ id, question } satisfies LanguageRequest as never);
    });
    return answer?.kind === question.kind ? (answer as AnswerTo<Q>) : undefined;
  }

  dispose(): void {
    if (this.#lives && !this.#comm.isDisposed) {
      this.#comm.close();
    }
    this.#giveUp();
  }

  get #lives(): boolean {
    return !this.#connection.isDisposed && this.#connection.status !== "dead";
  }

  #answered({ id, answer }: LanguageResponse): void {
    this.#waiting.get(id)?.(answer);
    this.#waiting.delete(id);
  }

  #giveUp(): void {
    for (const resolve of this.#waiting.values()) {
      resolve(undefined);
    }
    this.#waiting.clear();
  }
}
