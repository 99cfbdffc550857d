/**
 * The ways into the kernel, of which a process has one: the gateway, with a connection file of its own making and an end when
 * nobody is left; or the ZeroMQ sockets that a Jupyter client asked for, with an end when that client ends. The code of the
 * other one is never loaded.
 */
import type { EntranceSetup } from "../link";
import { removeConnectionFile, writeConnectionFile } from "./connectionFile";
import { watchParent } from "./parentWatch";
import type { Transport, TransportEvents } from "./transport";

export interface EntranceEvents extends TransportEvents {
  /** Somebody will soon want to run cells. */
  onExpected(): void;
}

export type Entrance = Transport;

export function openEntrance(setup: EntranceSetup, notebookFolder: string, events: EntranceEvents): Promise<Entrance> {
  return setup.kind === "gateway" ? gatewayEntrance(setup, notebookFolder, events) : zeroMqEntrance(setup, events);
}

type SetupOf<Kind extends EntranceSetup["kind"]> = Extract<EntranceSetup, { readonly kind: Kind }>;

async function gatewayEntrance(
  setup: SetupOf<"gateway">,
  notebookFolder: string,
  events: EntranceEvents,
): Promise<Entrance> {
  const { Gateway } = await import("./gateway");
  let idleTimer: NodeJS.Timeout | undefined;
  const onClients = (count: number): void => {
    clearTimeout(idleTimer);
    if (count === 0) {
      idleTimer = setTimeout(() => {
        console.error(`No client for ${setup.idleExitSeconds} s: the kernel ends.`);
        events.onShutdown();
      }, setup.idleExitSeconds * 1000);
    }
  };
  const gateway = new Gateway(setup, {
    ...events,
    onClients: (count) => {
      onClients(count);
      events.onExpected();
    },
  });
  return {
    broadcast: (message) => gateway.broadcast(message),
    listen: async () => {
      await gateway.listen();
      writeConnectionFile(setup.connectionFile, {
        url: `http://127.0.0.1:${gateway.port}/`,
        token: setup.token,
        kernelId: setup.kernelId,
        pid: process.pid,
        node: process.versions.node,
        notebookFolder,
        startedAt: new Date().toISOString(),
      });
      onClients(0);
    },
    close: () => {
      removeConnectionFile(setup.connectionFile);
      return gateway.close();
    },
  };
}

async function zeroMqEntrance(setup: SetupOf<"zeroMq">, events: EntranceEvents): Promise<Entrance> {
  const { ZeroMqTransport } = await import("./zeroMq/zeroMqTransport");
  const transport = new ZeroMqTransport(setup.connection, events);
  return {
    broadcast: (message) => transport.broadcast(message),
    listen: async () => {
      await transport.listen();
      watchParent(setup.parentPid, () => {
        console.error("The process that started this kernel has ended: the kernel ends.");
        events.onShutdown();
      });
      events.onExpected();
    },
    close: () => transport.close(),
  };
}
