#include "wire/openapi/compile.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "base/json.hpp"
#include "base/json_pointer.hpp"
#include "base/utf8.hpp"
#include "wire/names.hpp"
#include "wire/openapi/document.hpp"
#include "wire/openapi/operation.hpp"
#include "wire/openapi/security.hpp"
#include "wire/openapi/swagger2.hpp"

namespace parley::wire::openapi {
namespace {

constexpr std::array<std::string_view, 9> kMethods{
    "get", "put", "post", "delete", "patch", "head", "options", "trace", "query"
};

bool is_method(std::string_view word) {
  return !word.empty() && std::ranges::all_of(word, [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

class DocumentCompiler {
 public:
  DocumentCompiler(const Value& root, const CompileOptions& options, Connector& out)
      : options_(options),
        document_(root),
        requests_(document_),
        results_(document_),
        shared_{document_, requests_, results_, options.with_results, out.warnings},
        out_(out) {}

  void run() {
    read_head();
    // Descriptions of several files may keep all paths in one of them.
    const auto paths = document_.follow(document_.root()["paths"]);
    if (!paths) {
      out_.dropped.push_back({"paths", paths.error().message, "/paths"});
    } else {
      for (const auto& [key, item] : (**paths).entries()) {
        if (key.is_string() && !key.as_string().starts_with("x-")) add_path(key.as_string(), item);
      }
    }
    name_tools();
    std::ranges::sort(out_.tools, {}, &Tool::id);
  }

 private:
  void read_head() {
    const Value& root = document_.root();
    out_.title = root["info"].text("title", options_.connector);
    out_.security_schemes = security_schemes(document_);
    const std::string_view version = root.text("openapi");
    const auto known = [&](std::string_view start) { return version.starts_with(start); };
    if (!version.empty() && !known("3.0") && !known("3.1") && !known("3.2")) {
      out_.warnings.push_back("OpenAPI " + std::string(version) + " is not known; read as 3.2");
    }
    if (document_.version() == Version::swagger2) {
      if (std::string url = swagger2_server(root, Value()); !url.empty())
        out_.servers.push_back(std::move(url));
    } else if (const Value& servers = root["servers"]; servers.is_list()) {
      for (const Value& server : servers.as_list()) {
        if (!server.text("url").empty()) out_.servers.emplace_back(server.text("url"));
      }
    }
  }

  void add_path(std::string_view path, const Value& item) {
    auto path_item = document_.follow(item);
    if (!path_item) {
      out_.dropped.push_back(
          {std::string(path), path_item.error().message, "/paths/" + escape_pointer_token(path)}
      );
      return;
    }
    // What stands beside a $ref belongs to the path too.
    Value whole = **path_item;
    if (item.find("$ref") != nullptr && whole.is_map()) {
      for (const auto& [key, value] : item.entries()) {
        if (key != Value("$ref")) whole = whole.with(key.as_string(), value);
      }
    }
    for (const std::string_view method : kMethods) {
      if (const Value* source = whole.find(method)) add_operation(path, whole, method, *source);
    }
    // 3.2 has room for methods that it does not know.
    const Value& more = whole["additionalOperations"];
    if (!more.is_map()) return;
    for (const auto& [method, source] : more.entries()) {
      if (method.is_string()) add_operation(path, whole, method.as_string(), source);
    }
  }

  void add_operation(
      std::string_view path, const Value& path_item, std::string_view method, const Value& source
  ) {
    Tool tool;
    for (const char c : method) tool.method += static_cast<char>(c >= 'a' && c <= 'z' ? c - 32 : c);
    tool.path = path;
    tool.alias = source.text("operationId");
    tool.id = tool.alias.empty() ? derived_name(method, path) : clean_name(tool.alias);
    if (auto built = build(path_item, source, tool); !built) {
      out_.dropped.push_back(
          {flow_id(tool.id),
           std::move(built.error().message),
           "/paths/" + escape_pointer_token(path) + "/" + std::string(method) + built.error().pointer}
      );
      return;
    }
    out_.tools.push_back(std::move(tool));
  }

  Result<void> build(const Value& path_item, const Value& source, Tool& tool) {
    if (!source.is_map()) return fail(ErrorCode::invalid_input, "an operation must be a map");
    if (!is_method(tool.method))
      return fail(ErrorCode::invalid_input, "'" + tool.method + "' is no method of HTTP");
    if (document_.version() != Version::swagger2) {
      return OperationCompiler(shared_, path_item, source, tool).run();
    }
    const auto upgraded = upgraded_operation(document_, path_item, source);
    if (!upgraded) return std::unexpected(upgraded.error());
    return OperationCompiler(shared_, path_item, *upgraded, tool).run();
  }

  [[nodiscard]] std::string flow_id(const std::string& operation) const {
    return options_.connector.empty() ? operation : options_.connector + "." + operation;
  }

  // Ids of flows and names for models follow the same rule; they differ only in what stands in front.
  void name_tools() {
    std::vector<NameRequest> requests;
    requests.reserve(out_.tools.size());
    for (Tool& tool : out_.tools) requests.push_back({std::move(tool.id), tool.method + tool.path});
    const std::vector<std::string> ids = unique_names(requests, {});
    const std::vector<std::string> names = unique_names(requests, name_prefix(options_.prefix));
    for (std::size_t i = 0; i < ids.size(); ++i) {
      out_.tools[i].id = flow_id(ids[i]);
      out_.tools[i].name = names[i];
    }
  }

  const CompileOptions& options_;
  Document document_;
  SchemaCompiler requests_;
  SchemaCompiler results_;
  Compilation shared_;
  Connector& out_;
};

}  // namespace

Result<Connector> compile(const Value& document, const CompileOptions& options) {
  if (!document["paths"].is_map()) {
    // 3.1 allows a document of components and webhooks alone.
    if (document["webhooks"].is_map() && document.find("openapi") != nullptr) {
      Connector empty;
      empty.name = options.connector;
      return empty;
    }
    return fail(
        ErrorCode::invalid_input,
        (options.connector.empty() ? "the document" : "connector '" + options.connector + "'") +
            " has no `paths`",
        "/paths",
        "a connector is an OpenAPI document; its operations stand under `paths`"
    );
  }
  Connector connector;
  connector.name = options.connector;
  DocumentCompiler(document, options, connector).run();
  return connector;
}

}  // namespace parley::wire::openapi
