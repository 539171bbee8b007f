/**
 * Types of the parts of kafkajs that lie under its public clients: connections with TLS and SASL, metadata, and the requests
 * themselves. Its consumer can neither read without a group nor be pulled, and its producer hides what became of a
 * transaction, so the adapter drives the protocol through these. The version is pinned exactly in package.json.
 */
declare module 'kafkajs/src/cluster/index.js' {
  import type { KafkaConfig } from 'kafkajs';

  namespace Cluster {
    export interface PartitionMetadata {
      readonly partitionErrorCode: number;
      readonly partitionId: number;
      readonly leader: number;
    }

    export interface Protocol<Decoded, Result> {
      readonly request: {
        readonly apiKey: number;
        readonly apiVersion: number;
        readonly apiName: string;
        encode(): Promise<unknown>;
      };
      readonly response: { decode(payload: Buffer): Promise<Decoded>; parse(decoded: Decoded): Promise<Result> };
      readonly requestTimeout?: number;
      readonly logResponseError?: boolean;
    }

    export interface InTransaction {
      readonly transactionalId: string;
      /** kafkajs makes a Long of it. */
      readonly producerId: string;
      readonly producerEpoch: number;
    }

    export interface OffsetOf {
      readonly partition: number;
      readonly offset: string;
      readonly errorCode?: number;
    }

    export interface Broker {
      readonly nodeId: number;
      readonly connectionPool: {
        readonly host: string;
        readonly port: number;
        send<Decoded, Result>(protocol: Protocol<Decoded, Result>): Promise<Result>;
      };
      disconnect(): Promise<void>;
      joinGroup(o: {
        groupId: string;
        sessionTimeout: number;
        rebalanceTimeout: number;
        memberId: string;
        groupProtocols: readonly { name: string; metadata: Buffer }[];
      }): Promise<{
        generationId: number;
        leaderId: string;
        memberId: string;
        members: readonly { memberId: string; memberMetadata: Buffer }[];
      }>;
      syncGroup(o: {
        groupId: string;
        generationId: number;
        memberId: string;
        groupAssignment: readonly { memberId: string; memberAssignment: Buffer }[];
      }): Promise<{ memberAssignment: Buffer }>;
      heartbeat(o: { groupId: string; groupGenerationId: number; memberId: string }): Promise<unknown>;
      leaveGroup(o: { groupId: string; memberId: string }): Promise<unknown>;
      listOffsets(o: {
        replicaId: number;
        isolationLevel: number;
        topics: readonly {
          topic: string;
          partitions: readonly { partition: number; timestamp: string | number }[];
        }[];
      }): Promise<{ responses: readonly { topic: string; partitions: readonly OffsetOf[] }[] }>;
      offsetFetch(o: {
        groupId: string;
        topics: readonly { topic: string; partitions: readonly { partition: number }[] }[] | undefined;
      }): Promise<{ responses: readonly { topic: string; partitions: readonly OffsetOf[] }[] }>;
      addPartitionsToTxn(
        o: InTransaction & { topics: readonly { topic: string; partitions: readonly number[] }[] },
      ): Promise<unknown>;
      addOffsetsToTxn(o: InTransaction & { groupId: string }): Promise<unknown>;
      txnOffsetCommit(
        o: InTransaction & { groupId: string; topics: readonly { topic: string; partitions: readonly OffsetOf[] }[] },
      ): Promise<unknown>;
      endTxn(o: InTransaction & { transactionResult: boolean }): Promise<unknown>;
      deleteGroups(groups: readonly string[]): Promise<{ results: readonly { groupId: string; error?: Error }[] }>;
      listGroups(): Promise<{ groups: readonly { groupId: string; protocolType: string }[] }>;
    }
  }

  class Cluster {
    constructor(
      options: Omit<KafkaConfig, 'logLevel' | 'logCreator'> & {
        readonly logger: unknown;
        readonly metadataMaxAge: number;
        readonly allowAutoTopicCreation: boolean;
      },
    );
    readonly targetTopics: Set<string>;
    readonly brokerPool: {
      readonly metadata: { readonly controllerId: number } | null;
      readonly brokers: Readonly<Record<string, Cluster.Broker>>;
      findConnectedBroker(): Promise<Cluster.Broker>;
      /** Hangs up on the broker that is asked first, and takes the next of the list. */
      createSeedBroker(): Promise<void>;
    };
    isConnected(): boolean;
    connect(): Promise<void>;
    disconnect(): Promise<void>;
    refreshMetadata(): Promise<void>;
    addMultipleTargetTopics(topics: readonly string[]): Promise<void>;
    getNodeIds(): readonly string[];
    removeBroker(address: { host: string; port: number }): void;
    findBroker(o: { nodeId: number }): Promise<Cluster.Broker>;
    findTopicPartitionMetadata(topic: string): readonly Cluster.PartitionMetadata[];
    findGroupCoordinator(o: { groupId: string; coordinatorType: 0 | 1 }): Promise<Cluster.Broker>;
  }

  export = Cluster;
}

declare module 'kafkajs/src/protocol/encoder.js' {
  class Encoder {
    constructor(size?: number);
    writeInt8(value: number): this;
    writeInt16(value: number): this;
    writeInt32(value: number): this;
    writeInt64(value: string): this;
    writeString(value: string | null): this;
    writeBufferInternal(value: Buffer): void;
  }
  export = Encoder;
}

declare module 'kafkajs/src/protocol/decoder.js' {
  class Decoder {
    constructor(bytes: Buffer);
    readInt8(): number;
    readInt16(): number;
    readInt32(): number;
    readString(): string;
    readBytes(length?: number): Buffer;
  }
  export = Decoder;
}

declare module 'kafkajs/src/protocol/error.js' {
  const protocolErrors: { createErrorFromCode(code: number): Error & { type: string; code: number } };
  export = protocolErrors;
}

declare module 'kafkajs/src/consumer/assignerProtocol.js' {
  const codec: {
    MemberMetadata: {
      encode(o: { version: number; topics: readonly string[]; userData: Buffer }): Buffer;
      decode(bytes: Buffer): { topics: readonly string[]; userData: Buffer };
    };
    MemberAssignment: {
      encode(o: { version: number; assignment: Readonly<Record<string, readonly number[]>> }): Buffer;
      decode(bytes: Buffer): { assignment: Readonly<Record<string, readonly number[]>> } | null;
    };
  };
  export = codec;
}

declare module 'kafkajs/src/loggers/index.js' {
  export function createLogger(options: { level: number; logCreator: () => (entry: unknown) => void }): unknown;
}

declare module 'kafkajs/src/protocol/recordBatch/v0/decoder.js' {
  import type Decoder from 'kafkajs/src/protocol/decoder.js';

  interface Decoded {
    readonly inTransaction: boolean;
    readonly records: readonly {
      readonly key: Buffer | null;
      readonly value: Buffer | null;
      readonly timestamp: string;
    }[];
  }
  function decode(decoder: Decoder): Promise<Decoded>;
  export = decode;
}

declare module 'kafkajs/src/errors.js' {
  const errors: { KafkaJSSASLAuthenticationError: new (message: string) => Error };
  export = errors;
}
