/**
 * What is used of webhdfs, which brings no types. Each call gives the request, whose events say more than the callback; without
 * one it crashes.
 */
declare module 'webhdfs' {
  import type { Agent } from 'node:http';

  namespace webhdfs {
    export interface Request {
      on(event: 'complete', told: (answer: { readonly statusCode: number }, body: unknown) => void): this;
      on(event: 'error', told: (error: Error) => void): this;
    }

    export interface Client {
      mkdir(path: string, mode: string, told: () => void): Request;
      stat(path: string, told: () => void): Request;
      readdir(path: string, told: () => void): Request;
      unlink(path: string, recursive: boolean, told: () => void): Request;
    }

    export function createClient(
      options: Readonly<Record<'user' | 'protocol' | 'host' | 'port' | 'path', string>>,
      request: { readonly timeout: number; readonly agent: Agent },
    ): Client;
  }

  export = webhdfs;
}
