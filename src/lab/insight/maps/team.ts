/**
 * Threads that run one program together, each from its beginning to its end, over shared memory. What they compute must not
 * depend on which member does which task, so that any number of members gives the same bits: tasks are cut by the size of
 * the problem alone, and what they add up is added in the order of the tasks.
 */
import { receiveMessageOnPort, type MessagePort } from "node:worker_threads";

export interface Team {
  /** True for exactly one member: the one that speaks to the outside. */
  readonly leads: boolean;
  /** Zeroed memory, the same for all members. All of them must ask for it, in the same order. */
  memory(bytes: number): SharedArrayBuffer;
  /** Runs the tasks 0 … count-1, each once by whoever is free; returns when all of them are done. */
  share(count: number, task: (index: number) => void): void;
  /** The same for tasks that wait for something. */
  shareAsync(count: number, task: (index: number) => Promise<void>): Promise<void>;
}

/** A team of the calling thread alone. */
export const soloTeam: Team = {
  leads: true,
  memory: (bytes) => new SharedArrayBuffer(bytes),
  share(count, task) {
    for (let index = 0; index < count; index++) task(index);
  },
  async shareAsync(count, task) {
    for (let index = 0; index < count; index++) await task(index);
  },
};

/** What a member has to be given: `control` is the same for all, `ports` lead from the first member to each other one. */
export interface TeamSeat {
  readonly member: number;
  readonly members: number;
  /** Of `TEAM_CONTROL_BYTES` bytes. */
  readonly control: SharedArrayBuffer;
  readonly ports: readonly MessagePort[];
}

export const TEAM_CONTROL_BYTES = 3 * Int32Array.BYTES_PER_ELEMENT;
const NEXT_TASK = 0;
const ARRIVED = 1;
const ROUND = 2;
/** Some tens of microseconds, as long as it takes to be woken: longer waits leave the core to others. */
const SPINS = 20_000;

export function joinTeam({ member, members, control: memory, ports }: TeamSeat): Team {
  if (members === 1) return soloTeam;
  const control = new Int32Array(memory);
  const leads = member === 0;

  function waitForAll(): void {
    const round = Atomics.load(control, ROUND);
    if (Atomics.add(control, ARRIVED, 1) === members - 1) {
      Atomics.store(control, ARRIVED, 0);
      Atomics.store(control, NEXT_TASK, 0);
      Atomics.add(control, ROUND, 1);
      Atomics.notify(control, ROUND);
      return;
    }
    for (let spin = 0; spin < SPINS; spin++) if (Atomics.load(control, ROUND) !== round) return;
    while (Atomics.load(control, ROUND) === round) Atomics.wait(control, ROUND, round);
  }

  return {
    leads,
    memory(bytes) {
      const shared = leads ? new SharedArrayBuffer(bytes) : undefined;
      for (const port of leads ? ports : []) port.postMessage(shared);
      waitForAll();
      return shared ?? (receiveMessageOnPort(ports[0]!)!.message as SharedArrayBuffer);
    },
    share(count, task) {
      for (let index = next(); index < count; index = next()) task(index);
      waitForAll();
    },
    async shareAsync(count, task) {
      for (let index = next(); index < count; index = next()) await task(index);
      waitForAll();
    },
  };

  function next(): number {
    return Atomics.add(control, NEXT_TASK, 1);
  }
}
