/** Programs for the Java machine, brought by Maven from wherever the user's Maven is set to look. */
import { spawn } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheFolder } from './cache.ts';
import { StackError } from './error.ts';
import { exclusively } from './exclusive.ts';
import type { Say } from './say.ts';
import { need, runs } from './tools.ts';

/** `group:artifact:version`, or `group:artifact:version:type:classifier`. */
export type Artifact = string;

// Later versions refuse artifacts whose parent is not published.
const plugin = 'org.apache.maven.plugins:maven-dependency-plugin:2.8';

/** Puts the artifacts and all they need at run time, as jars, into `folder`. @throws StackError MISSING, DOWNLOAD */
export async function fetchJars(artifacts: readonly Artifact[], folder: string, say: Say): Promise<void> {
  const pom = join(folder, 'pom.xml');
  await writeFile(pom, pomOf(artifacts));
  const goal = [`${plugin}:copy-dependencies`, '-DincludeScope=runtime', `-DoutputDirectory=${folder}`];
  await maven(['-f', pom, ...goal], { folder, what: artifacts.join(' '), say });
  await rm(pom);
}

/** Unpacks an archive into `folder`. @throws StackError MISSING, DOWNLOAD */
export async function fetchArchive(artifact: Artifact, folder: string, say: Say): Promise<void> {
  const goal = [`${plugin}:unpack`, `-Dartifact=${artifact}`, `-DoutputDirectory=${folder}`];
  await maven(goal, { folder, what: artifact, say });
  // What tar wrote beside the files, about them; and what the plugin notes for a project, where there is none.
  for (const name of ['PaxHeaders.X', `\${project.basedir}`])
    await rm(join(folder, name), { recursive: true, force: true });
}

function pomOf(artifacts: readonly Artifact[]): string {
  const dependencies = artifacts.map((artifact) => {
    const [group, name, version] = artifact.split(':');
    return `<dependency><groupId>${group}</groupId><artifactId>${name}</artifactId><version>${version}</version></dependency>`;
  });
  return `<project xmlns="http://maven.apache.org/POM/4.0.0">
<modelVersion>4.0.0</modelVersion><groupId>ebb</groupId><artifactId>stack</artifactId><version>1</version><packaging>pom</packaging>
<dependencies>${dependencies.join('\n')}</dependencies>
</project>
`;
}

interface Errand {
  /** Where it runs. */
  readonly folder: string;
  readonly what: string;
  readonly say: Say;
}

async function maven(args: readonly string[], errand: Errand): Promise<void> {
  await need('Maven', 'maven', () => runs('mvn', '--version'), errand.say);
  // Its store of files is not made for two at a time.
  await exclusively(join(cacheFolder(), 'maven.lock'), () => runMaven(args, errand));
}

async function runMaven(args: readonly string[], { folder, what, say }: Errand): Promise<void> {
  const { code, output } = await new Promise<{ code: number | null; output: string }>((done, failed) => {
    const child = spawn('mvn', ['-Dstyle.color=never', ...args], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
        const state = /Progress \(\d+\): ([^\r\n]*?)\s*[\r\n]/.exec(text)?.[1];
        if (state !== undefined) say.progress(`downloading: ${state}`);
      });
    child.once('error', failed);
    child.once('close', (code) => done({ code, output }));
  });
  if (code === 0) return;
  const errors = output.split('\n').filter((line) => line.startsWith('[ERROR]'));
  throw new StackError('DOWNLOAD', `${what} could not be downloaded. Maven says:\n${errors.slice(0, 3).join('\n')}`);
}
