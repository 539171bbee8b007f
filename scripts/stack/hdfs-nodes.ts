/** A NameNode and a DataNode as processes. */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { StackError } from './error.ts';
import { exclusively } from './exclusive.ts';
import { HDFS_USER, type HdfsPorts, hdfsSettings, siteText } from './hdfs-config.ts';
import type { HdfsInstall } from './hdfs-install.ts';
import type { Command, ServerSpec } from './server.ts';

export interface HdfsPlan {
  /** Of the data; a file system that was made there before goes on. */
  readonly dir: string;
  readonly ports: HdfsPorts;
  /** Over the defaults: Hadoop's own names. */
  readonly settings?: Readonly<Record<string, string>>;
}

const LONGEST_ANSWER = 2_000;
const heap = ['-Xms64m', '-Xmx320m', '-XX:+ExitOnOutOfMemoryError'];

export function namenodeUrl({ namenode }: HdfsPorts): string {
  return `http://127.0.0.1:${namenode}`;
}

/** The NameNode, then the DataNode. */
export function hdfsSpecs(plan: HdfsPlan, installed: () => Promise<HdfsInstall>): readonly [ServerSpec, ServerSpec] {
  const { ports } = plan;
  const dir = resolve(plan.dir);
  const namenode: ServerSpec = {
    name: 'namenode',
    dir: join(dir, 'namenode'),
    ports: { http: ports.namenode, rpc: ports.rpc },
    address: namenodeUrl(ports),
    async prepare() {
      const install = await installed();
      configure(plan);
      await format(dir, install);
      return program(dir, install, 'server.namenode.NameNode');
    },
    missing: () => missingOfNamenode(ports),
    grace: 15_000,
  };
  const datanode: ServerSpec = {
    name: 'datanode',
    dir: join(dir, 'datanode'),
    ports: { http: ports.datanode, transfer: ports.transfer, ipc: ports.ipc },
    address: `http://127.0.0.1:${ports.datanode}`,
    async prepare() {
      const install = await installed();
      configure(plan);
      // It may have no other data than those of this NameNode, which must have been made.
      await format(dir, install);
      return program(dir, install, 'server.datanode.DataNode');
    },
    missing: () => missingOfDatanode(ports),
    grace: 15_000,
  };
  return [namenode, datanode];
}

/** Runs one of Hadoop's programs to its end, on the configuration in `dir`. @returns what it prints @throws StackError NOT_READY */
export async function runHadoop(dir: string, install: HdfsInstall, args: readonly string[]): Promise<string> {
  const words = ['-Xmx128m', asSuperuser, ...install.options(folderOf(resolve(dir))), ...args];
  try {
    return (await promisify(execFile)(install.java, words)).stdout;
  } catch (error) {
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr) : String(error);
    throw new StackError('NOT_READY', `Hadoop's ${args.join(' ')} failed: ${said.trim().slice(-2_000)}`, {
      cause: error,
    });
  }
}

const asSuperuser = `-DHADOOP_USER_NAME=${HDFS_USER}`;

function program(dir: string, install: HdfsInstall, main: string): Command {
  const options = [...heap, asSuperuser, ...install.options(folderOf(dir))];
  return { program: install.java, args: [...options, `org.apache.hadoop.hdfs.${main}`] };
}

function folderOf(dir: string): string {
  return join(dir, 'conf');
}

function dataOf(dir: string): string {
  return join(dir, 'data');
}

function configure({ dir, ports, settings }: HdfsPlan): void {
  const folder = folderOf(resolve(dir));
  mkdirSync(folder, { recursive: true });
  const text = siteText({ ...hdfsSettings(ports, dataOf(resolve(dir))), ...settings });
  for (const name of ['core-site.xml', 'hdfs-site.xml']) writeFileSync(join(folder, name), text);
}

/** Makes an empty file system where there is none. */
async function format(dir: string, install: HdfsInstall): Promise<void> {
  await exclusively(join(dir, 'format.lock'), async () => {
    if (existsSync(join(dataOf(dir), 'namenode', 'current', 'VERSION'))) return;
    await runHadoop(dir, install, ['org.apache.hadoop.hdfs.server.namenode.NameNode', '-format', '-nonInteractive']);
  });
}

async function missingOfNamenode(ports: HdfsPorts): Promise<string | undefined> {
  const state = await bean(namenodeUrl(ports), 'NameNode,name=FSNamesystemState', z.object({ FSState: z.string() }));
  if (typeof state === 'string') return state;
  return state.FSState === 'Operational' ? undefined : 'it is in safe mode';
}

const datanodeInfo = z.object({ BPServiceActorInfo: z.string() });
const actors = z.array(z.object({ ActorState: z.string(), LastHeartbeat: z.string() }));

/** By what it says itself: the NameNode believes in it for a while after it has gone. */
async function missingOfDatanode(ports: HdfsPorts): Promise<string | undefined> {
  const info = await bean(`http://127.0.0.1:${ports.datanode}`, 'DataNode,name=DataNodeInfo', datanodeInfo);
  if (typeof info === 'string') return info;
  const states = actors.parse(JSON.parse(info.BPServiceActorInfo)).map(({ ActorState }) => ActorState);
  return states.includes('RUNNING') ? undefined : 'it has not joined its NameNode';
}

/** What a server's JMX says, or why it says nothing. */
async function bean<T>(server: string, name: string, schema: z.ZodType<T>): Promise<T | string> {
  const url = `${server}/jmx?qry=Hadoop:service=${name}`;
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(LONGEST_ANSWER) });
    const parsed = z.object({ beans: z.tuple([schema]) }).safeParse(await answer.json());
    return parsed.success ? parsed.data.beans[0] : 'it is starting';
  } catch (error) {
    // Refused or cut off: what was looked for.
    return `it does not answer: ${error instanceof Error ? error.message : String(error)}`;
  }
}
