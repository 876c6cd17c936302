// A call of a tool as the request that goes out. Pure functions: nothing is sent here.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json_schema.hpp"
#include "base/result.hpp"
#include "base/value.hpp"
#include "wire/tool.hpp"

namespace parley::wire {

struct Request {
  std::string method;
  std::string url;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  bool has_body = false;  // an empty body may be one
};

// Does not check the arguments against the schema (see ToolCaller). Fails for what no schema can say: a path
// segment of dots, which would lead elsewhere, and line breaks in headers. Credentials are not in it.
[[nodiscard]] Result<Request> render(const Tool& tool, const Value& arguments);

// Checks arguments as the schema of a tool demands and renders the request. Keeps compiled schemas, so it is
// not thread-safe. The connector must outlive it.
class ToolCaller {
 public:
  explicit ToolCaller(const Connector& connector) : connector_(connector) {}

  // By name or id. Error::hint says what to do.
  [[nodiscard]] Result<Request> call(std::string_view tool, const Value& arguments);

 private:
  [[nodiscard]] Result<void> check(const Tool& tool, const Value& arguments);

  const Connector& connector_;
  std::map<const Tool*, Result<Schema>> schemas_;
};

}  // namespace parley::wire
