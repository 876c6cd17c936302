// github_yoga.mjs NODE_MODULES: graphql-yoga with GitHub's own schema. Every field answers with a value of its type, so what is asked is
// validated and executed as GitHub's documents say. Prints its port, then lives until its input ends.
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';

const modules = path.resolve(process.argv[2]);
const require = createRequire(path.join(modules, 'x.js'));
const graphql = require('graphql');
const { createYoga } = await import(pathToFileURL(require.resolve('graphql-yoga')).href);

const text = fs.readFileSync(path.join(modules, '@octokit/graphql-schema/schema.graphql'), 'utf8');
const schema = graphql.buildSchema(text, { assumeValidSDL: true });

function sample(type) {
  if (graphql.isNonNullType(type)) return sample(type.ofType);
  if (graphql.isListType(type)) return [sample(type.ofType)];
  if (graphql.isEnumType(type)) return type.getValues()[0].value;
  if (!graphql.isLeafType(type)) return {};
  return { Int: 7, Float: 7.5, Boolean: true }[type.name] ?? type.name.toLowerCase();
}
for (const type of Object.values(schema.getTypeMap())) {
  if (type.name.startsWith('__')) continue;
  if (graphql.isAbstractType(type)) type.resolveType = () => schema.getPossibleTypes(type)[0].name;
  if (!graphql.isObjectType(type)) continue;
  for (const field of Object.values(type.getFields())) field.resolve = () => sample(field.type);
}

const server = http.createServer(createYoga({ schema, logging: false, maskedErrors: false }));
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
console.log(server.address().port);
process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
