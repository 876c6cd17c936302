// The schema definition language. What cannot be read is skipped up to the next definition, with a warning.
#include <algorithm>
#include <array>
#include <utility>

#include "wire/graphql/lexer.hpp"
#include "wire/graphql/schema.hpp"

namespace parley::wire::graphql {
namespace {

constexpr int kMaxDepth = 64;
constexpr std::array<std::string_view, 10> kDefinitions{
    "type", "interface", "union", "enum", "input", "scalar", "schema", "directive", "extend", "fragment"
};

class Parser {
 public:
  explicit Parser(std::string_view text) : tokens_(tokens_of(text)) {}

  Schema run() {
    while (now().kind != TokenKind::end) {
      const std::size_t before = at_;
      if (!definition()) {
        schema_.warnings.push_back(
            "line " + std::to_string(now().line) + ": this is not understood and skipped"
        );
        if (at_ == before) ++at_;
        skip_to_definition();
      }
    }
    return std::move(schema_);
  }

 private:
  const Token& now() const { return tokens_[at_]; }
  void next() {
    if (now().kind != TokenKind::end) ++at_;
  }
  bool is(std::string_view sign) const { return now().kind == TokenKind::sign && now().source == sign; }
  bool take(std::string_view sign) {
    if (!is(sign)) return false;
    next();
    return true;
  }
  bool take_word(std::string_view word) {
    if (now().kind != TokenKind::name || now().source != word) return false;
    next();
    return true;
  }
  std::string take_name() {
    if (now().kind != TokenKind::name) return {};
    std::string name(now().source);
    next();
    return name;
  }
  std::string take_description() {
    if (now().kind != TokenKind::text) return {};
    std::string text = text_value(now());
    next();
    return text;
  }

  void skip_to_definition() {
    int depth = 0;
    for (; now().kind != TokenKind::end; next()) {
      if (is("{")) ++depth;
      if (is("}")) depth = std::max(0, depth - 1);
      const bool begins = now().kind == TokenKind::name &&
                          std::ranges::find(kDefinitions, now().source) != kDefinitions.end();
      if (depth == 0 && begins) return;
    }
  }

  bool definition() {
    const std::string description = take_description();
    const bool extends = take_word("extend");
    if (take_word("schema")) return root_types();
    if (take_word("directive")) return directive_definition();
    Type type;
    type.description = description;
    if (take_word("scalar")) {
      type.kind = TypeKind::scalar;
    } else if (take_word("type")) {
      type.kind = TypeKind::object;
    } else if (take_word("interface")) {
      type.kind = TypeKind::interface;
    } else if (take_word("union")) {
      type.kind = TypeKind::one_of_types;
    } else if (take_word("enum")) {
      type.kind = TypeKind::enumeration;
    } else if (take_word("input")) {
      type.kind = TypeKind::input;
    } else {
      return false;
    }
    type.name = take_name();
    if (type.name.empty()) return false;
    if (take_word("implements")) {
      while (take("&") || now().kind == TokenKind::name) {
        if (now().kind == TokenKind::name) next();
      }
    }
    type.exactly_one = directives("oneOf");
    const bool read = body(type);
    schema_.add(std::move(type), extends);
    return read;
  }

  bool body(Type& type) {
    if (type.kind == TypeKind::one_of_types) {
      if (!take("=")) return true;
      take("|");
      do type.members.push_back(take_name());
      while (take("|"));
      return true;
    }
    if (!take("{")) return true;
    while (!take("}")) {
      if (now().kind == TokenKind::end || !member(type)) return false;
    }
    return true;
  }

  bool member(Type& type) {
    if (type.kind == TypeKind::input) {
      InputValue value;
      if (!input_value(value)) return false;
      type.inputs.push_back(std::move(value));
      return true;
    }
    Field field;
    field.description = take_description();
    field.name = take_name();
    if (field.name.empty()) return false;
    if (type.kind == TypeKind::enumeration) {
      directives("deprecated");
      type.members.push_back(std::move(field.name));
      return true;
    }
    if (take("(")) {
      while (!take(")")) {
        InputValue argument;
        if (now().kind == TokenKind::end || !input_value(argument)) return false;
        field.arguments.push_back(std::move(argument));
      }
    }
    if (!take(":") || !type_ref(field.type, 0)) return false;
    field.deprecated = directives("deprecated");
    type.fields.push_back(std::move(field));
    return true;
  }

  bool input_value(InputValue& value) {
    value.description = take_description();
    value.name = take_name();
    if (value.name.empty() || !take(":") || !type_ref(value.type, 0)) return false;
    if (take("=")) {
      value.has_default = true;
      if (!skip_value(0)) return false;
    }
    directives("deprecated");
    return true;
  }

  bool type_ref(TypeRef& type, int depth) {
    if (depth > kMaxDepth) return false;
    if (take("[")) {
      TypeRef inner;
      if (!type_ref(inner, depth + 1) || !take("]")) return false;
      type.name = inner.name;
      type.item.push_back(std::move(inner));
    } else {
      type.name = take_name();
      if (type.name.empty()) return false;
    }
    type.required = take("!");
    return true;
  }

  bool skip_value(int depth) {
    if (depth > kMaxDepth || now().kind == TokenKind::end) return false;
    if (take("[")) {
      while (!take("]")) {
        if (!skip_value(depth + 1)) return false;
      }
      return true;
    }
    if (take("{")) {
      while (!take("}")) {
        if (take_name().empty() || !take(":") || !skip_value(depth + 1)) return false;
      }
      return true;
    }
    take("$");
    if (now().kind == TokenKind::sign) return false;
    next();
    return true;
  }

  // Skips directives; whether one has the name.
  bool directives(std::string_view wanted) {
    bool found = false;
    while (take("@")) {
      found = take_name() == wanted || found;
      if (!take("(")) continue;
      while (!take(")")) {
        if (take_name().empty() || !take(":") || !skip_value(0)) return found;
      }
    }
    return found;
  }

  bool root_types() {
    directives({});
    if (!take("{")) return true;
    while (!take("}")) {
      take_description();
      const std::string operation = take_name();
      if (operation.empty() || !take(":")) return false;
      const std::string name = take_name();
      if (operation == "query") schema_.query = name;
      if (operation == "mutation") schema_.mutation = name;
    }
    return true;
  }

  bool directive_definition() {
    if (!take("@")) return false;
    take_name();
    if (take("(")) {
      while (!take(")")) {
        InputValue argument;
        if (now().kind == TokenKind::end || !input_value(argument)) return false;
      }
    }
    take_word("repeatable");
    if (!take_word("on")) return false;
    take("|");
    do take_name();
    while (take("|"));
    return true;
  }

  std::vector<Token> tokens_;
  std::size_t at_ = 0;
  Schema schema_;
};

}  // namespace

Result<Schema> read_sdl(std::string_view text) {
  Schema schema = Parser(text).run();
  if (schema.types.empty()) {
    return fail(
        ErrorCode::invalid_input,
        "there is no type in this GraphQL schema",
        {},
        "give the schema definition language or the answer to an introspection query"
    );
  }
  return schema;
}

}  // namespace parley::wire::graphql
