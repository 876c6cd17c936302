// OpenAPI documents as connectors: every operation becomes a tool with one JSON Schema for all of its
// arguments.
//
// Takes a document already parsed to a Value (YAML or JSON) and is tolerant: `paths` alone is enough, and an
// operation that cannot be understood is dropped with a reason while the others stay. All functions are pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/value.hpp"

namespace parley::wire {

// Where an argument travels in the request. `body_member` is one property of a JSON object; `body` is the
// body.
enum class ArgumentPlace : std::uint8_t { path, query, header, cookie, body_member, body };

struct Argument {
  std::string name;       // in the parameters' schema
  std::string wire_name;  // in the request
  ArgumentPlace place = ArgumentPlace::query;
  bool explode = true;  // lists in a query: a=1&a=2, otherwise a=1,2
};

struct Operation {
  std::string id;      // "stripe.charge"
  std::string method;  // "POST"
  std::string path;    // "/v1/charges/{charge}"
  std::string summary;
  std::string effect;  // "read", "keyed", "natural", "reconcile" or "unsafe" (x-parley-effect)
  Value parameters;    // JSON Schema of an object; self-contained, no $ref
  std::vector<Argument> arguments;
  std::string body_media_type;   // empty: the operation takes no body
  Value result_schema;           // of the 2xx response; null when it has none
  std::optional<Value> example;  // of the 2xx response, as the author wrote it
  std::uint16_t success_status = 200;
};

struct DroppedOperation {
  std::string operation;  // its id, or "POST /path"
  std::string reason;
  std::string pointer;  // into the document
};

struct Connector {
  std::string name;  // "stripe"
  std::string title;
  std::vector<std::string> servers;   // base URLs
  Value security_schemes;             // components.securitySchemes, as written
  std::vector<Operation> operations;  // sorted by id
  std::vector<DroppedOperation> dropped;

  [[nodiscard]] const Operation* find(std::string_view operation_id) const;
};

// Fails only when the document as a whole is not an OpenAPI description.
[[nodiscard]] Result<Connector> compile_connector(std::string_view name, const Value& document);

}  // namespace parley::wire
