/** Servers that tests have to themselves: killed, stopped and hung at will. */
import { type Server, type ServerSpec, serverOf } from './server.ts';

export interface Controls {
  /** SIGKILL; the data stay. */
  kill(): Promise<void>;
  /** SIGTERM; the data stay. */
  stop(): Promise<void>;
  /** Returns when it serves again. */
  start(): Promise<void>;
  /** SIGSTOP: clients see a server that hangs. */
  pause(): void;
  resume(): void;
}

/** A server that is one process; it ends with the process that started it. */
export interface Alone extends Controls, AsyncDisposable {
  close(): Promise<void>;
}

export function controlsOf(server: Server): Controls {
  return {
    kill: () => server.kill(),
    stop: () => server.stop(),
    async start() {
      await server.launch();
      await server.untilHealthy();
    },
    pause: () => server.pause(),
    resume: () => server.resume(),
  };
}

/** Starts it; one that does not come to serve is ended. @throws StackError MISSING, DOWNLOAD, PORT_TAKEN, NOT_READY */
export async function startAlone(spec: ServerSpec): Promise<Alone> {
  const controls = controlsOf(serverOf(spec, { endsWithParent: true }));
  try {
    await controls.start();
  } catch (error) {
    await controls.stop();
    throw error;
  }
  return { ...controls, close: controls.stop, [Symbol.asyncDispose]: controls.stop };
}
