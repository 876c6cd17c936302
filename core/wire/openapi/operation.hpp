// One operation of a document as a tool. Private to the compiler.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/result.hpp"
#include "base/value.hpp"
#include "wire/arguments.hpp"
#include "wire/openapi/document.hpp"
#include "wire/openapi/media.hpp"
#include "wire/openapi/schema.hpp"
#include "wire/tool.hpp"

namespace parley::wire::openapi {

struct Compilation {
  Document& document;
  SchemaCompiler& requests;
  SchemaCompiler& results;
  bool with_results;
  std::vector<std::string>& warnings;
};

class OperationCompiler {
 public:
  OperationCompiler(Compilation& shared, const Value& path_item, const Value& source, Tool& out)
      : shared_(shared), path_item_(path_item), source_(source), out_(out) {}

  // Needs the tool's method and path; fills in everything but its names.
  [[nodiscard]] Result<void> run();

 private:
  [[nodiscard]] Result<void> read_effect();
  void read_servers();
  [[nodiscard]] Result<void> add_parameters(const Value& list);
  [[nodiscard]] Result<void> add_parameter(const Value& parameter);
  // 3.2: one parameter that is all of the query.
  [[nodiscard]] Result<void> add_query(const Value& parameter);
  // How the path writes the parameter's name; nothing when the path has no place for it.
  [[nodiscard]] std::optional<std::string> placeholder(std::string_view name) const;
  // Parameters that are no arguments: credentials, what the transport sets, fixed headers.
  [[nodiscard]] bool is_handled(const Value& parameter, std::string_view name, Place place);
  void fix_header(std::string_view name, const Value& parameter);
  [[nodiscard]] Result<void> check_path();

  [[nodiscard]] Result<void> add_body();
  [[nodiscard]] Result<void> add_json_body(const MediaChoice& choice, const Value& body);
  [[nodiscard]] Result<void> add_form_body(const MediaChoice& choice, const Value& body);
  [[nodiscard]] Result<void> add_plain_body(const MediaChoice& choice, const Value& body);
  void add_whole_body(Value schema, const Value& body, Style style);
  [[nodiscard]] Result<Binding> field_binding(
      std::string_view wire_name, const Value& schema, const Value& encoding, bool multipart
  );
  [[nodiscard]] Result<bool> is_file(const Value& compiled);

  // The members of a plain object, with those of its allOf.
  struct Members {
    std::vector<Value::Entry> properties;
    std::vector<std::string> required;
    std::unordered_map<std::string, std::size_t> places;  // of the properties, by name
    std::unordered_set<std::string> needed;               // the names in `required`
    int parts = 0;                                        // looked at so far
    bool closed = false;                                  // nothing else may be given
    bool is_object = false;
    bool is_form = false;  // whose objects have at least one property anyway
  };
  // False when the schema is anything but a plain object.
  [[nodiscard]] Result<bool> flatten(const Value& compiled, Members& members, int depth);
  [[nodiscard]] Result<bool> flatten_parts(const Value& parts, Members& members, int depth);
  // What is required is text when it is not described, unless it is described as what no request has.
  void add_undescribed(const Value& source, Members& members);
  [[nodiscard]] bool is_read_only(const Value& source, std::string_view name, int depth, int& budget);
  static void add_member(Members& members, std::string_view name, const Value& schema);

  struct Success {
    int status = 1000;
    const Value* response = nullptr;  // null: the operation names none
  };
  [[nodiscard]] Success success() const;
  void fix_accept();
  [[nodiscard]] Result<void> read_response();

  Compilation& shared_;
  const Value& path_item_;
  const Value& source_;
  Tool& out_;
  ArgumentTable arguments_;
  std::vector<const Value*> seen_;  // parameters, to see repetitions
  bool secured_ = false;
};

}  // namespace parley::wire::openapi
