import { mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cached } from './cache.ts';
import { fetchJars } from './maven.ts';
import type { Say } from './say.ts';
import { findJava, type Java } from './tools.ts';

const VERSION = '4.4.0';
const artifacts = [`org.apache.kafka:kafka_2.13:${VERSION}`, 'org.apache.logging.log4j:log4j-slf4j-impl:2.25.5'];

const logging = `<?xml version="1.0" encoding="UTF-8"?>
<Configuration status="WARN">
  <Appenders><Console name="out" target="SYSTEM_OUT"><PatternLayout pattern="[%d] %p %m (%c)%n"/></Console></Appenders>
  <Loggers><Root level="INFO"><AppenderRef ref="out"/></Root></Loggers>
</Configuration>
`;

/** Kafka's jars on this machine, and how to run what is in them. */
export interface KafkaInstall {
  readonly java: string;
  readonly jars: string;
  /** Goes before the class name. */
  readonly options: readonly string[];
}

/**
 * Brings Kafka, unless it is there.
 * @param record starts a broker with these options, and ends it: its classes make the next start three times as fast
 * @throws StackError MISSING, DOWNLOAD
 */
export async function installKafka(
  say: Say,
  record: (install: KafkaInstall, folder: string) => Promise<void>,
): Promise<KafkaInstall> {
  const java = await findJava(say);
  const jars = await cached(`kafka-${VERSION}`, async (folder) => {
    say.line(`downloading Apache Kafka ${VERSION} (43 MB, once)…`);
    await fetchJars(artifacts, folder, say);
    await writeFile(join(folder, 'log4j2.xml'), logging);
  });
  const archive = await archiveOf(java, jars, say, record);
  return installed(java, jars, `-XX:SharedArchiveFile=${archive}`);
}

function installed(java: Java, jars: string, option: string): KafkaInstall {
  const fast = ['-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-Xshare:auto', option];
  return {
    java: java.program,
    jars,
    options: [...fast, `-Dlog4j2.configurationFile=${join(jars, 'log4j2.xml')}`, '-cp', `${jars}/*`],
  };
}

/** The Java machine's archive of loaded classes (AppCDS): it fits these jars and this build of Java only. */
async function archiveOf(
  java: Java,
  jars: string,
  say: Say,
  record: (install: KafkaInstall, folder: string) => Promise<void>,
): Promise<string> {
  const name = `kafka-${VERSION}-${java.build.replace(/[^\w.-]/g, '_')}`;
  const folder = await cached(name, async (making) => {
    say.line('preparing Kafka for quick starts (once)…');
    const data = await mkdtemp(join(tmpdir(), 'ebb-kafka-'));
    try {
      await record(installed(java, jars, `-XX:ArchiveClassesAtExit=${join(making, 'new')}`), data);
      if ((await readdir(making)).includes('new')) await rename(join(making, 'new'), join(making, 'classes.jsa'));
    } finally {
      await rm(data, { recursive: true, force: true });
    }
  });
  return join(folder, 'classes.jsa');
}
