/* Serves a folder of files over HTTP: the built page for `npm start`, for the browser tests, and for a
 * classroom, which alone asks for more than this machine. Only GET and HEAD, only files below the folder. Files whose name holds a hash (assets/) are
 * cached for good, the rest is asked for again with its ETag. */

import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize, sep } from 'node:path';
import type { Duplex } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { contentSecurityPolicy } from './content-security-policy.ts';

const mimeTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.webmanifest': 'application/manifest+json; charset=utf-8',
  '.svg': 'image/svg+xml; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  '.md': 'text/plain; charset=utf-8',
  '.xml': 'application/xml; charset=utf-8',
  '.wasm': 'application/wasm',
  '.png': 'image/png',
  '.webp': 'image/webp',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
};

export interface ServeOptions {
  /** 0 lets the system choose. */
  port: number;
  /** The path under which the folder appears, with slashes at both ends; '/' unless given. */
  mount?: string;
  /** The address to listen on; 127.0.0.1 unless given. */
  host?: string;
  /** Takes requests to change the protocol (WebSocket); without it they are refused. */
  onUpgrade?: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
}

export interface StaticServer {
  /** Where the folder is found, with a slash at the end. */
  url: string;
  /** Stops listening and drops what is connected. */
  close(): Promise<void>;
}

interface StoredFile {
  body: Buffer;
  /** Made on the first request that takes it; null for what does not shrink. */
  zipped: Buffer | null | undefined;
  etag: string;
  type: string;
}

/** Serves `folder`; rejects with the listen error (EADDRINUSE ...). */
export async function serveFolder(folder: string, options: ServeOptions): Promise<StaticServer> {
  const mount = options.mount ?? '/';
  const files = new Map<string, StoredFile>();
  const server = createServer((request, response) => {
    answer(request, response).catch(() => {
      if (!response.headersSent) refuse(response, 500, 'The file could not be read.');
    });
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('Allow', 'GET, HEAD');
      return refuse(response, 405, 'Only GET and HEAD are served here.');
    }
    const path = requestedPath(request.url ?? '/', mount);
    if (path === null) return refuse(response, 404, 'There is no such page.');
    const file = await load(path);
    if (file === null) return refuse(response, 404, 'There is no such page.');
    sendFile(request, response, file, path.startsWith('assets/'));
  }

  /** Files are kept in memory by path; a build is a few megabytes and does not change under us. */
  async function load(path: string): Promise<StoredFile | null> {
    const known = files.get(path);
    if (known !== undefined) return known;
    const body = await readFile(join(folder, path)).catch(() => null);
    if (body === null) return null;
    const type = mimeTypes[extname(path)] ?? 'application/octet-stream';
    const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
    const file = { body, zipped: undefined, etag, type };
    files.set(path, file);
    return file;
  }

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host ?? '127.0.0.1', resolve);
  });
  if (options.onUpgrade) server.on('upgrade', options.onUpgrade);
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}${mount}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** The path below the folder that a URL asks for, or null when it points outside. */
function requestedPath(url: string, mount: string): string | null {
  let path: string;
  try {
    path = decodeURIComponent(url.split(/[?#]/, 1)[0] as string);
  } catch {
    return null;
  }
  if (!path.startsWith(mount) || path.includes('\0')) return null;
  path = path.slice(mount.length);
  if (path === '' || path.endsWith('/')) path += 'index.html';
  const clean = normalize(path).split(sep).join('/');
  return clean.startsWith('../') || clean.startsWith('/') ? null : clean;
}

function sendFile(
  request: IncomingMessage,
  response: ServerResponse,
  file: StoredFile,
  hashed: boolean,
): void {
  response.setHeader('Content-Type', file.type);
  response.setHeader('Cache-Control', hashed ? 'public, max-age=31536000, immutable' : 'no-cache');
  response.setHeader('ETag', file.etag);
  response.setHeader('Vary', 'Accept-Encoding');
  setSafetyHeaders(response);
  if (request.headers['if-none-match'] === file.etag) {
    response.writeHead(304).end();
    return;
  }
  let body = file.body;
  if (/\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''))) {
    const zipped = zippedBody(file);
    if (zipped !== null) {
      response.setHeader('Content-Encoding', 'gzip');
      body = zipped;
    }
  }
  response.setHeader('Content-Length', body.length);
  response.writeHead(200).end(request.method === 'HEAD' ? undefined : body);
}

function zippedBody(file: StoredFile): Buffer | null {
  if (file.zipped === undefined) {
    const compressible = /^text\/|json|javascript|xml|wasm/.test(file.type) && file.body.length > 512;
    file.zipped = compressible ? gzipSync(file.body) : null;
  }
  return file.zipped;
}

function setSafetyHeaders(response: ServerResponse): void {
  response.setHeader('Content-Security-Policy', contentSecurityPolicy);
  response.setHeader('X-Content-Type-Options', 'nosniff');
  response.setHeader('Referrer-Policy', 'no-referrer');
}

function refuse(response: ServerResponse, status: number, text: string): void {
  setSafetyHeaders(response);
  response.setHeader('Content-Type', 'text/plain; charset=utf-8');
  response.writeHead(status).end(`${text}\n`);
}
