// One schema, keyword by keyword. Private to SchemaCompiler.
#pragma once

#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/value.hpp"
#include "wire/openapi/schema.hpp"

namespace parley::wire::openapi {

class Conversion {
 public:
  Conversion(SchemaCompiler& compiler, const SchemaCompiler::Scope& scope)
      : compiler_(compiler), scope_(scope) {}

  [[nodiscard]] Result<Value> run(const Value& schema);

 private:
  [[nodiscard]] Result<Value> reference(const Value& schema, std::string_view target);
  [[nodiscard]] Result<Value> below(const Value& schema);
  [[nodiscard]] Result<void> keyword(std::string_view name, const Value& value);
  // True for numbers and counts, which are dealt with.
  [[nodiscard]] bool limit_keyword(std::string_view name, const Value& value);
  [[nodiscard]] Result<void> subschema(std::string_view name, const Value& value);
  [[nodiscard]] Result<void> subschemas(std::string_view name, const Value& value);
  [[nodiscard]] Result<void> schema_map(std::string_view name, const Value& value);
  void set_type(const Value& value);
  void add_type(std::string_view name);
  void set_required(const Value& value);
  void put(std::string_view name, Value value);

  void finish_enum();
  void finish_limits();
  void finish_required();
  void finish_nullable();
  void finish_text();
  [[nodiscard]] Value fitting(const Value& choice) const;
  [[nodiscard]] bool has_type(std::string_view name) const;
  [[nodiscard]] bool is_text() const {
    return scope_.carrier == Carrier::text || scope_.carrier == Carrier::segment;
  }

  SchemaCompiler& compiler_;
  const SchemaCompiler::Scope& scope_;
  std::vector<Value::Entry> out_;
  std::vector<std::string_view> types_;
  std::vector<Value> choices_;
  std::vector<std::string_view> required_;
  std::vector<std::string_view> hidden_;  // properties that this carrier does not have
  Value properties_;
  Value least_;
  Value most_;
  Value above_;
  Value under_;
  bool nullable_ = false;
  bool has_choices_ = false;
  bool null_branch_ = false;  // anyOf or oneOf offers null already
};

}  // namespace parley::wire::openapi
