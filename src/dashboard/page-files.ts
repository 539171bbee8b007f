import { createHash } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { createRequire, stripTypeScriptTypes } from 'node:module';
import { dirname, extname, join, sep } from 'node:path';
import type { FastifyInstance } from 'fastify';

/** A file of the page, ready to be sent. */
interface PageFile {
  readonly type: string;
  readonly body: Buffer;
  readonly etag: string;
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/**
 * The page's files by their paths, `/` being index.html. Its modules are TypeScript, checked with the server's own types: browsers
 * get them as `.js` with the types taken out, which leaves the code where it was. Nothing is compiled or bundled.
 */
export function pageFiles(folder = join(import.meta.dirname, 'page')): ReadonlyMap<string, PageFile> {
  const files = new Map<string, PageFile>();
  const names = globSync('**/*.{html,css,js,svg,ts}', { cwd: folder, exclude: (name) => /\.(test|d)\.ts$/.test(name) });
  for (const name of names) {
    const text = readFileSync(join(folder, name), 'utf8');
    const path = `/${name.split(sep).join('/')}`;
    if (path.endsWith('.ts')) files.set(path.replace(/ts$/, 'js'), fileOf('.js', Buffer.from(forBrowsers(text))));
    else files.set(path === '/index.html' ? '/' : path, fileOf(extname(path), Buffer.from(text)));
  }
  const charts = join(dirname(createRequire(import.meta.url).resolve('chart.js')), 'chart.umd.min.js');
  // Its source map stays at home.
  const script = readFileSync(charts, 'utf8').replace(/\/\/# sourceMappingURL=.*$/m, '');
  files.set('/vendor/chart.js', fileOf('.js', Buffer.from(script)));
  const index = files.get('/');
  if (index !== undefined) files.set('/', preloading(index, [...files.keys()]));
  return files;
}

/** Serves them. A browser asks each time whether a file is still the same, so that it has the page of this server's version. */
export function servePage(app: FastifyInstance): void {
  for (const [path, { type, body, etag }] of pageFiles())
    app.get(path, { config: { rateLimit: false } }, async (request, reply) => {
      reply.headers({ 'content-type': type, 'cache-control': 'no-cache', etag });
      return request.headers['if-none-match'] === etag ? reply.code(304).send() : reply.send(body);
    });
}

/** Asks for all modules at once: otherwise a browser learns of each only by those that import it, a round trip later. */
function preloading({ body }: PageFile, paths: readonly string[]): PageFile {
  const links = paths
    .filter((path) => path.endsWith('.js'))
    .map((path) => `<link rel="modulepreload" href="${path.slice(1)}">`);
  return fileOf('.html', Buffer.from(String(body).replace('</head>', `${links.join('')}</head>`)));
}

function forBrowsers(source: string): string {
  return stripTypeScriptTypes(source).replace(/(\bfrom\s*|\bimport\s*\(?\s*)'(\.[^']*)\.ts'/g, "$1'$2.js'");
}

function fileOf(extension: string, body: Buffer): PageFile {
  const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 20)}"`;
  return { type: types[extension] ?? 'application/octet-stream', body, etag };
}
