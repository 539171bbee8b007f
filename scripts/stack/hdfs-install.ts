import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cached } from './cache.ts';
import { fetchJars } from './maven.ts';
import type { Say } from './say.ts';
import { findJava } from './tools.ts';

const VERSION = '3.5.0';
const artifacts = ['hadoop-hdfs', 'hadoop-common', 'hadoop-hdfs-client'].map(
  (name) => `org.apache.hadoop:${name}:${VERSION}`,
);

const logging = `log4j.rootLogger=INFO,out
log4j.appender.out=org.apache.log4j.ConsoleAppender
log4j.appender.out.layout=org.apache.log4j.PatternLayout
log4j.appender.out.layout.ConversionPattern=[%d{ISO8601}] %p %m (%c{1})%n
`;

/** The servers look for the folders of their web pages on the class path, and end without a word when there are none. */
const pages = ['hdfs/WEB-INF', 'datanode/WEB-INF', 'static'];

/** Hadoop's jars on this machine, and how to run what is in them. */
export interface HdfsInstall {
  readonly java: string;
  /** Go before the class name. @param folder with `core-site.xml` and `hdfs-site.xml` */
  options(folder: string): readonly string[];
}

/** Brings Hadoop, unless it is there. @throws StackError MISSING, DOWNLOAD */
export async function installedHdfs(say: Say): Promise<HdfsInstall> {
  const java = await findJava(say);
  const jars = await cached(`hadoop-${VERSION}`, async (folder) => {
    say.line(`downloading Apache Hadoop ${VERSION} (68 MB, once)…`);
    await fetchJars(artifacts, folder, say);
    await writeFile(join(folder, 'log4j.properties'), logging);
    await Promise.all(pages.map((page) => mkdir(join(folder, 'webapps', page), { recursive: true })));
  });
  return {
    java: java.program,
    options: (folder) => [
      '-XX:+UseSerialGC',
      '-XX:TieredStopAtLevel=1',
      '-Djava.net.preferIPv4Stack=true',
      '-cp',
      `${folder}:${jars}:${jars}/*`,
    ],
  };
}
