// The assets as the binary embeds them: scripts and styles without whole-line comments (see ../CMakeLists.txt).
import { readFileSync, existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { extname } from 'node:path';

const web = fileURLToPath(new URL('..', import.meta.url));
const TYPES = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript; charset=utf-8', '.css': 'text/css; charset=utf-8', '.svg': 'image/svg+xml' };

export function served(path) {
  const name = path === '/' ? 'index.html' : path.slice(1);
  const type = TYPES[extname(name)];
  if (!type || name.includes('/') || !existsSync(web + name)) return null;
  const text = readFileSync(web + name, 'utf8');
  return { type, body: extname(name) === '.js' ? text.replace(/^ *(\/\/|\/\*\*|\* |\*\/).*\n/gm, '') : text };
}
