/** The conformance suite over ZeroMQ. */
import type { Message } from "../../../src/protocol/message";
import { startZeroMqKernel, ZeroMqClient, type ZeroMqConnection } from "../zeroMqClient";
import { conformanceSuite } from "./conformanceSuite";
import { RawClient, type Connect } from "./rawClient";

function overZeroMq(connection: ZeroMqConnection): Connect {
  return async (onMessage) => {
    const client = await ZeroMqClient.connect(connection);
    client.onMessage((message) => onMessage(message as unknown as Message));
    let sending: Promise<unknown> = Promise.resolve();
    return {
      send: (channel, { header, parentHeader, metadata, content, buffers }) => {
        const parts = [header, parentHeader, metadata, content];
        const to = channel === "iopub" ? "shell" : channel;
        sending = client.sendRaw(["<IDS|MSG>", client.signatureOf(parts), ...parts, ...buffers], to);
      },
      pause: () => undefined,
      resume: () => undefined,
      isClosed: () => false,
      sendGarbage: () => void client.sendRaw([Buffer.alloc(64, 255)]),
      close: () => void sending.finally(() => client.dispose()),
    };
  };
}

conformanceSuite("ZeroMQ", async () => {
  const kernel = await startZeroMqKernel();
  return {
    pid: kernel.process.pid!,
    exited: kernel.exited,
    intrude: async ({ header, parentHeader, metadata, content }) => {
      const client = await ZeroMqClient.connect(kernel.connection);
      const parts = [header, parentHeader, metadata, content];
      const signature = client.signatureOf(parts);
      const wrong = signature.replace(/^./, (digit) => (digit === "0" ? "1" : "0"));
      for (const forged of ["", "0", wrong, client.signatureOf([...parts, "x"])]) {
        await client.sendRaw(["<IDS|MSG>", forged, ...parts]);
      }
      await client.request("kernel_info_request", {}); // What was sent before it has arrived.
      client.dispose();
    },
    connect: () => RawClient.connect(overZeroMq(kernel.connection)),
    end: () => void kernel.kill(),
  };
});
