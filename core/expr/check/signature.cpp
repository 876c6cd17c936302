#include "expr/check/signature.hpp"

#include <array>
#include <utility>

#include "base/result.hpp"

namespace parley::expr {
namespace {

constexpr std::array<std::pair<std::string_view, Type::Kind>, 12> kPlain = {{
    {"dyn", Type::Kind::dyn},
    {"null", Type::Kind::null},
    {"bool", Type::Kind::boolean},
    {"int", Type::Kind::integer},
    {"uint", Type::Kind::unsigned_integer},
    {"double", Type::Kind::real},
    {"string", Type::Kind::string},
    {"bytes", Type::Kind::bytes},
    {"timestamp", Type::Kind::timestamp},
    {"duration", Type::Kind::duration},
    {"type", Type::Kind::type},
    {"number", Type::Kind::number},
}};

// Reads types from the front of a text.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  bool take(std::string_view wanted) {
    while (text_.starts_with(' ')) text_.remove_prefix(1);
    if (!text_.starts_with(wanted)) return false;
    text_.remove_prefix(wanted.size());
    return true;
  }
  bool at_end() { return take("") && text_.empty(); }

  std::optional<Type> type() {
    if (depth_ == kMaxDepth) return std::nullopt;
    ++depth_;
    std::optional<Type> read = type_at_depth();
    --depth_;
    return read;
  }

 private:
  static constexpr int kMaxDepth = 20;

  std::string_view word() {
    std::size_t size = 0;
    while (size < text_.size() && (text_[size] == '_' || (text_[size] >= 'a' && text_[size] <= 'z') ||
                                   (text_[size] >= 'A' && text_[size] <= 'Z'))) {
      ++size;
    }
    std::string_view read = text_.substr(0, size);
    text_.remove_prefix(size);
    return read;
  }

  std::optional<Type> type_at_depth() {
    (void)take("");
    std::string_view name = word();
    for (const auto& [plain, kind] : kPlain) {
      if (plain == name) return kind;
    }
    if (name == "money") return Type::money();
    if (name.size() == 1 && name[0] >= 'A' && name[0] <= 'Z') return Type::variable(name[0]);
    bool is_map = name == "map";
    if (!is_map && name != "list" && name != "optional") return std::nullopt;
    if (!take("(")) return std::nullopt;
    std::optional<Type> key = is_map ? type() : Type();
    if (!key || (is_map && !take(","))) return std::nullopt;
    std::optional<Type> element = type();
    if (!element || !take(")")) return std::nullopt;
    if (is_map) return Type::map_of(*key, *element);
    return name == "list" ? Type::list_of(*element) : Type::optional_of(*element);
  }

  std::string_view text_;
  int depth_ = 0;
};

// What the variables of a signature stand for in one call.
class Bindings {
 public:
  void note(const Type& parameter, const Type& argument) {
    switch (parameter.kind()) {
      case Type::Kind::variable: {
        std::optional<Type>& bound = bound_[static_cast<std::size_t>(parameter.letter() - 'A')];
        bound = bound ? join(*bound, argument) : argument;
        return;
      }
      case Type::Kind::list:
      case Type::Kind::optional:
        return note(parameter.element(), argument.element());
      case Type::Kind::map:
        note(parameter.key(), argument.key());
        return note(parameter.element(), argument.is(Type::Kind::object) ? Type() : argument.element());
      default:
        return;
    }
  }

  [[nodiscard]] Type applied(const Type& type) const {
    switch (type.kind()) {
      case Type::Kind::variable:
        return bound_[static_cast<std::size_t>(type.letter() - 'A')].value_or(Type());
      case Type::Kind::list:
        return Type::list_of(applied(type.element()));
      case Type::Kind::optional:
        return Type::optional_of(applied(type.element()));
      case Type::Kind::map:
        return Type::map_of(applied(type.key()), applied(type.element()));
      default:
        return type;
    }
  }

 private:
  std::array<std::optional<Type>, 26> bound_;
};

}  // namespace

std::optional<Type> parse_type(std::string_view text) {
  Reader reader(text);
  std::optional<Type> type = reader.type();
  return reader.at_end() ? type : std::nullopt;
}

std::vector<Overload> parse_signatures(std::string_view text) {
  std::vector<Overload> overloads;
  Reader reader(text);
  do {
    Overload& overload = overloads.emplace_back();
    while (!reader.take("->")) {
      std::optional<Type> parameter = reader.type();
      INVARIANT(parameter.has_value(), "a signature in the function table is well formed");
      overload.parameters.push_back(*std::move(parameter));
      (void)reader.take("...");
      (void)reader.take(",");
    }
    std::optional<Type> result = reader.type();
    INVARIANT(result.has_value(), "a signature in the function table is well formed");
    overload.result = *std::move(result);
  } while (reader.take(";"));
  INVARIANT(reader.at_end(), "a signature in the function table is well formed");
  return overloads;
}

std::optional<Type> resolve(std::span<const Overload> overloads, std::span<const Type> arguments) {
  std::optional<Type> result;
  for (const Overload& overload : overloads) {
    if (overload.parameters.size() != arguments.size()) continue;
    bool possible = true;
    bool sure = true;
    Bindings bindings;
    for (std::size_t i = 0; i < arguments.size() && possible; ++i) {
      possible = agrees(arguments[i], overload.parameters[i]);
      sure = sure && covers(overload.parameters[i], arguments[i]);
      bindings.note(overload.parameters[i], arguments[i]);
    }
    if (!possible) continue;
    Type given = bindings.applied(overload.result);
    result = result ? join(*result, given) : given;
    if (sure) break;
  }
  return result;
}

}  // namespace parley::expr
