// Tools: what a model or a flow may call, whatever language the description of the service is written in.
//
// A tool has a public half (name, description, parameters) and a private one: how its arguments travel. Once
// compiled, the description of the service is not needed any more: render.hpp makes requests from tools
// alone. Plain values; thread-safe to share when not changed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/value.hpp"

namespace parley::wire {

// Where an argument travels. `member` is a property of a JSON body, `field` of an url-encoded form, `part` of
// a multipart body; `body` is the body as a whole; `variable` goes to a GraphQL document or JSON-RPC method.
enum class Place : std::uint8_t { path, query, header, cookie, member, field, part, body, variable };

// How a value becomes text. `json` is JSON text; the others are OpenAPI's styles.
enum class Style : std::uint8_t {
  simple,
  label,
  matrix,
  form,
  space_delimited,
  tab_delimited,
  pipe_delimited,
  deep_object,
  cookie,  // as RFC 6265 has it: pairs with '; ' between them
  json,
};

struct Binding {
  std::string argument;   // in the parameters' schema
  std::string wire_name;  // in the request; empty: the value is all of the query
  Place place = Place::query;
  Style style = Style::form;
  bool explode = true;
  bool allow_reserved = false;  // reserved characters travel as they are
  bool is_file = false;         // of a part
  std::uint16_t position = 0;   // of a variable that has no name on the wire
  std::string media_type = {};  // of a part, when it is declared
};

// A value that the caller does not choose: constants of the description and pins of a flow.
struct Pinned {
  Binding binding;
  Value value;
};

// `worker`: no request at all; a process that connects to the server carries the call out.
enum class BodyKind : std::uint8_t {
  none,
  json,
  form,
  multipart,
  text,
  binary,
  graphql,
  json_rpc,
  mcp,
  worker
};

struct Body {
  BodyKind kind = BodyKind::none;
  std::string media_type = {};
  bool required = false;             // sent even when no argument goes into it
  std::vector<Binding> fields = {};  // how the members of a form travel when the body is one argument
  std::string document = {};         // GraphQL: the operation's text
  std::string operation = {};        // JSON-RPC: the method; GraphQL: the operation's name; MCP: the tool's
  bool positional = false;           // JSON-RPC: params is a list
};

// One way to authenticate: all of its schemes together. A tool has several ways; no scheme means anonymous.
struct SecurityUse {
  std::string scheme;
  std::vector<std::string> scopes;

  bool operator==(const SecurityUse&) const = default;
};
using SecurityWay = std::vector<SecurityUse>;

// How more of a long answer is fetched (x-parley-pages): as many pages as the caller asks for, within limits.
struct Paging {
  enum class Next : std::uint8_t {
    cursor,     // a text in the answer that becomes an argument
    last_item,  // a member of the page's last item that becomes an argument
    offset,     // the count of items so far becomes an argument
    url,        // an address in the answer
    link,       // an address in the header Link, rel="next"
  };
  Next next = Next::cursor;
  std::string items;     // JSON pointer to the list in the answer; empty: the answer is the list
  std::string at;        // JSON pointer: to the cursor or address; within the last item; to the total
  std::string more;      // JSON pointer to whether there is more; empty when the answer does not say
  std::string argument;  // that carries the cursor or offset
  std::string how_many;  // the argument that says how many pages are wanted
};

// How a call whose outcome nobody knows is looked for before it is made again (x-parley-reconcile).
struct Reconciliation {
  std::string tool;   // the reading operation that is asked
  Value with;         // its arguments: templates over `args` and `marker`
  std::string found;  // CEL over `answer`, `args` and `marker`: a list; its first item is the result
  bool absence_proves = false;  // what is not found was not done
};

// How a service says no in an answer of success (x-parley-failure).
struct FailureSign {
  std::string when;  // CEL over `answer`
  std::string code;  // CEL over `answer`: the service's own word
};

struct Tool {
  std::string id;           // as flows write it: "stripe.charge"
  std::string name;         // for model providers: [A-Za-z0-9_-]{1,64}, prefix included
  std::string alias;        // what the description calls it, uncleaned; empty when it has no name there
  std::string description;  // at most 1,024 bytes
  std::string about;        // what the service says of it beyond that, its tags too; at most 1,024 bytes
  Value parameters;         // JSON Schema 2020-12 of an object; self-contained
  std::string method;       // "POST"
  std::string path;         // as the description writes it: "/v1/charges/{charge}"
  std::string server;       // base URL; empty when the description has none
  std::string effect;       // "read", "keyed", "natural", "reconcile" or "unsafe"
  std::string claims;       // the effect by the service's own word, which is not believed; empty: none
  bool deprecated = false;
  std::vector<Binding> bindings;
  std::vector<Pinned> pinned;
  Body body;
  std::vector<SecurityWay> security;  // any one of them
  Value result_schema;                // of a success; null when not known or not asked for
  std::optional<Value> example;       // of a success, as the author wrote it
  std::vector<std::string> fields;    // of a success, what is kept (see kept.hpp); all of it when empty
  std::uint16_t success_status = 200;
  std::uint32_t timeout_ms = 0;  // of a worker's function; 0: as long as the caller waits
  Value send;  // x-parley-send: arguments as they travel, templates over `args` and `marker`; null: as given
  Value constants;  // pins that what is sent depends on, by argument; null when there are none
  std::optional<Paging> paging;
  std::optional<Reconciliation> reconciliation;
  std::optional<FailureSign> failure;
};

struct DroppedOperation {
  std::string operation;  // its id, or "POST /path"
  std::string reason;
  std::string pointer;  // into the document
};

struct Connector {
  std::string name;  // "stripe"; may be empty
  std::string title;
  std::vector<std::string> servers;  // base URLs
  Value security_schemes;            // by name, as written
  std::vector<Tool> tools;           // sorted by id
  std::vector<DroppedOperation> dropped;
  std::vector<std::string> warnings;

  // By id, or by the name that the description gave it ("github.repos/get").
  [[nodiscard]] const Tool* find(std::string_view id) const;
  // By the name that model providers see.
  [[nodiscard]] const Tool* find_named(std::string_view tool_name) const;
};

struct CompileOptions {
  std::string connector = {};      // ids are "connector.operation"; only the operation when empty
  std::string prefix = {};         // of names for model providers
  bool with_results = true;        // compile schemas and examples of answers too
  bool trust_annotations = false;  // believe what an MCP server says of its tools' effects
};

}  // namespace parley::wire
