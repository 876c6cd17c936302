// Servers that others wrote, for calls of tools: GraphQL (graphql-yoga) and JSON-RPC (jayson). Prints both ports, then lives until its input
// ends. node peers.mjs NODE_MODULES
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import http from 'node:http';
import path from 'node:path';

const require = createRequire(path.join(path.resolve(process.argv[2]), 'x.js'));
const load = async (name) => { const found = await import(pathToFileURL(require.resolve(name)).href); return found.createSchema || found.Server ? found : found.default; };
const { createSchema, createYoga } = await load('graphql-yoga');
const jayson = await load('jayson');
const { GraphQLError } = require('graphql');

const books = [{ id: '1', title: 'Emma', tags: ['novel'], author: { name: 'Jane Austen', born: 1775 } }];
const schema = createSchema({
  typeDefs: `
    type Author { name: String!, born: Int }
    type Book { id: ID!, title: String!, tags: [String!]!, author: Author!, price(currency: String!): Float }
    input NewBook { title: String!, tags: [String!], author: String = "unknown" }
    enum Order { TITLE, AGE }
    type Query { book(id: ID!): Book, books(order: Order = TITLE, limit: Int): [Book!]! }
    type Mutation { addBook(input: NewBook!): Book!, burn(id: ID!): Boolean! }`,
  resolvers: {
    Query: { book: (_, { id }) => books.find((book) => book.id === id), books: (_, { limit }) => books.slice(0, limit ?? 99) },
    Mutation: {
      addBook(_, { input }) {
        const book = { id: String(books.length + 1), title: input.title, tags: input.tags ?? [], author: { name: input.author } };
        books.push(book);
        return book;
      },
      burn() { throw new GraphQLError('books are not burnt here'); },
    },
  },
});
const graphql = http.createServer(createYoga({ schema, logging: false, maskedErrors: false }));
const rpc = new jayson.Server({
  add: ([a, b], done) => (Number.isInteger(a) && Number.isInteger(b) ? done(null, a + b) : done({ code: -32602, message: 'two whole numbers, please' })),
  greet: ({ name, loud }, done) => done(null, { text: loud ? `HELLO ${name.toUpperCase()}` : `hello ${name}` }),
  fail: (_, done) => done({ code: 1001, message: 'no luck', data: { because: 'it is monday' } }),
}).http();

const ports = [];
for (const server of [graphql, rpc]) {
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  ports.push(server.address().port);
}
console.log(ports.join(' '));
process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
