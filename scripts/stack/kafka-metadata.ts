/** The one request that tells whether a broker serves: Metadata, in Kafka's own protocol over a socket. */
import { createConnection } from 'node:net';

/** What a broker knows of its cluster. */
export interface ClusterView {
  /** Ids of the brokers that serve: those that have joined and are not fenced. */
  readonly brokers: readonly number[];
  readonly clusterId: string | undefined;
}

const METADATA = 3;
const VERSION = 5;
const CORRELATION = 1;
const LONGEST_ANSWER = 2_000;

/** @returns `undefined` when there is no whole answer within two seconds */
export function clusterView(port: number, host = '127.0.0.1'): Promise<ClusterView | undefined> {
  return new Promise((done) => {
    const socket = createConnection({ port, host });
    const chunks: Buffer[] = [];
    const end = (view: ClusterView | undefined): void => {
      socket.destroy();
      done(view);
    };
    socket.setTimeout(LONGEST_ANSWER, () => end(undefined));
    socket.on('error', () => end(undefined));
    socket.on('close', () => end(undefined));
    socket.on('connect', () => socket.write(request()));
    socket.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      const bytes = Buffer.concat(chunks);
      if (bytes.length >= 4 && bytes.length >= 4 + bytes.readInt32BE(0)) end(parse(bytes));
    });
  });
}

/** Length, then: api, its version, correlation id, client id (null); no topics (an empty list), and none to be created. */
function request(): Buffer {
  const body = Buffer.alloc(15);
  body.writeInt16BE(METADATA, 0);
  body.writeInt16BE(VERSION, 2);
  body.writeInt32BE(CORRELATION, 4);
  body.writeInt16BE(-1, 8);
  body.writeInt32BE(0, 10);
  const length = Buffer.alloc(4);
  length.writeInt32BE(body.length);
  return Buffer.concat([length, body]);
}

/** Skips length, correlation id and throttle time; then a list of brokers (id, host, port, rack), and the cluster's id. */
function parse(bytes: Buffer): ClusterView {
  let at = 12;
  const int32 = (): number => {
    at += 4;
    return bytes.readInt32BE(at - 4);
  };
  const text = (): string | undefined => {
    const length = bytes.readInt16BE(at);
    at += 2 + Math.max(0, length);
    return length < 0 ? undefined : bytes.toString('utf8', at - length, at);
  };
  const brokers = Array.from({ length: int32() }, () => {
    const id = int32();
    text();
    int32();
    text();
    return id;
  });
  return { brokers, clusterId: text() };
}
