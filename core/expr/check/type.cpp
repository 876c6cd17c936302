#include "expr/check/type.hpp"

#include <algorithm>

namespace parley::expr {

struct Type::Parts {
  Type key = {};
  Type element = {};
  std::vector<Field> fields = {};
  bool closed = false;
  std::string name = {};
  std::size_t weight = 1;
};

namespace {

const Type& dyn() {
  static const Type type;
  return type;
}

std::string_view plain_name(Type::Kind kind) {
  switch (kind) {
    case Type::Kind::null:
      return "null";
    case Type::Kind::boolean:
      return "bool";
    case Type::Kind::integer:
      return "int";
    case Type::Kind::unsigned_integer:
      return "uint";
    case Type::Kind::real:
      return "double";
    case Type::Kind::string:
      return "string";
    case Type::Kind::bytes:
      return "bytes";
    case Type::Kind::timestamp:
      return "timestamp";
    case Type::Kind::duration:
      return "duration";
    case Type::Kind::type:
      return "type";
    case Type::Kind::list:
      return "list";
    case Type::Kind::map:
      return "map";
    case Type::Kind::optional:
      return "optional";
    case Type::Kind::object:
      return "object";
    case Type::Kind::number:
      return "number";
    default:
      return "dyn";
  }
}

bool is_mapping(const Type& type) {
  return type.is(Type::Kind::map) || type.is(Type::Kind::object);
}

// An object lacks a field that the other must have.
bool lacks(const Type& object, const Type& other) {
  if (!object.closed()) return false;
  return std::ranges::any_of(other.fields(), [&](const Type::Field& field) {
    return object.field(field.first) == nullptr;
  });
}

// Tools give amounts as numbers, slots and money() as text.
bool may_be_money(const Type& given) {
  if (given.is(Type::Kind::map)) {
    return agrees(Type::Kind::string, given.key()) && agrees(given.element(), Type::Kind::string);
  }
  const Type* amount = given.field("amount");
  const Type* currency = given.field("currency");
  if (given.closed() && (amount == nullptr || currency == nullptr || given.fields().size() != 2))
    return false;
  bool amount_fits =
      amount == nullptr || agrees(*amount, Type::Kind::number) || agrees(*amount, Type::Kind::string);
  return amount_fits && (currency == nullptr || agrees(*currency, Type::Kind::string));
}

bool mappings_agree(const Type& given, const Type& wanted) {
  if (wanted.is_money()) return may_be_money(given);
  if (given.is(Type::Kind::object) && wanted.is(Type::Kind::object)) {
    if (lacks(given, wanted) || lacks(wanted, given)) return false;
    return std::ranges::all_of(given.fields(), [&](const Type::Field& field) {
      const Type* other = wanted.field(field.first);
      return other == nullptr || agrees(field.second, *other);
    });
  }
  // A map may be empty, but a known field is there.
  const Type& object = given.is(Type::Kind::object) ? given : wanted;
  const Type& map = given.is(Type::Kind::object) ? wanted : given;
  if (!object.is(Type::Kind::object)) return true;
  if (object.fields().empty()) return true;
  return agrees(Type::Kind::string, map.key()) &&
         std::ranges::all_of(object.fields(), [&](const Type::Field& field) {
           return agrees(field.second, map.element());
         });
}

Type join_objects(const Type& a, const Type& b) {
  std::vector<Type::Field> fields;
  bool same_names = a.fields().size() == b.fields().size();
  for (const Type::Field& field : a.fields()) {
    const Type* other = b.field(field.first);
    same_names = same_names && other != nullptr;
    if (other != nullptr) fields.emplace_back(field.first, join(field.second, *other));
  }
  return Type::object_of(std::move(fields), same_names && a.closed() && b.closed());
}

Type element_of_object(const Type& object) {
  if (!object.closed() || object.fields().empty()) return Type();
  Type all = object.fields().front().second;
  for (const Type::Field& field : object.fields()) all = join(all, field.second);
  return all;
}

}  // namespace

std::size_t Type::weight() const {
  return parts_ == nullptr ? 1 : parts_->weight;
}

// Nested objects that share their parts can stand for a type of astronomic size: what is too large loses what
// is known of its parts.
Type Type::built(Kind kind, Parts parts) {
  constexpr std::size_t kMaxWeight = 2'000;
  parts.weight = 1 + parts.key.weight() + parts.element.weight();
  for (const Field& field : parts.fields) parts.weight += field.second.weight();
  if (parts.weight > kMaxWeight) parts = {.key = kind == Kind::object ? Type(Kind::string) : Type()};
  return Type(kind, std::make_shared<const Parts>(std::move(parts)));
}

Type Type::list_of(Type element) {
  return built(Kind::list, {.element = std::move(element)});
}

Type Type::map_of(Type key, Type element) {
  return built(Kind::map, {.key = std::move(key), .element = std::move(element)});
}

Type Type::optional_of(Type element) {
  return built(Kind::optional, {.element = std::move(element)});
}

Type Type::object_of(std::vector<Field> fields, bool closed, std::string name) {
  return built(
      Kind::object,
      {.key = Kind::string, .fields = std::move(fields), .closed = closed, .name = std::move(name)}
  );
}

Type Type::money() {
  return object_of({{"amount", Kind::string}, {"currency", Kind::string}}, true, "money");
}

Type Type::variable(char letter) {
  Type type(Kind::variable);
  type.letter_ = letter;
  return type;
}

bool Type::is_number() const {
  return kind_ == Kind::integer || kind_ == Kind::unsigned_integer || kind_ == Kind::real ||
         kind_ == Kind::number;
}

const Type& Type::element() const {
  return parts_ == nullptr ? dyn() : parts_->element;
}

const Type& Type::key() const {
  return parts_ == nullptr ? dyn() : parts_->key;
}

std::span<const Type::Field> Type::fields() const {
  return parts_ == nullptr ? std::span<const Field>() : parts_->fields;
}

const Type* Type::field(std::string_view name) const {
  for (const Field& field : fields()) {
    if (field.first == name) return &field.second;
  }
  return nullptr;
}

bool Type::is_money() const {
  return kind_ == Kind::object && parts_->name == "money";
}

bool Type::closed() const {
  return parts_ != nullptr && parts_->closed;
}

std::string Type::to_text() const {
  std::string text(plain_name(kind_));
  switch (kind_) {
    case Kind::list:
    case Kind::optional:
      return text + "(" + element().to_text() + ")";
    case Kind::map:
      return text + "(" + key().to_text() + ", " + element().to_text() + ")";
    case Kind::object: {
      if (!parts_->name.empty()) return parts_->name;
      text += '{';
      for (const Field& field : fields()) {
        if (&field != fields().data()) text += ", ";
        text += field.first;
      }
      if (!closed()) text += fields().empty() ? "…" : ", …";
      return text + "}";
    }
    case Kind::variable:
      return {letter_};
    default:
      return text;
  }
}

bool operator==(const Type& a, const Type& b) {
  if (a.kind_ != b.kind_ || a.letter_ != b.letter_) return false;
  if (a.parts_ == b.parts_) return true;
  if (a.parts_ == nullptr || b.parts_ == nullptr)
    return a.key().is_dyn() && b.key().is_dyn() && a.element().is_dyn() && b.element().is_dyn() &&
           a.fields().empty() && b.fields().empty();
  return a.key() == b.key() && a.element() == b.element() && a.closed() == b.closed() &&
         std::ranges::equal(a.fields(), b.fields());
}

bool covers(const Type& wanted, const Type& given) {
  if (wanted.is_dyn() || wanted.is(Type::Kind::variable)) return true;
  if (wanted.is(Type::Kind::number)) return given.is_number();
  if (wanted.kind() != given.kind()) return false;
  if (wanted.is(Type::Kind::object)) return wanted == given;
  return covers(wanted.key(), given.key()) && covers(wanted.element(), given.element());
}

bool agrees(const Type& given, const Type& wanted) {
  if (given.is_dyn() || wanted.is_dyn() || wanted.is(Type::Kind::variable)) return true;
  if (wanted.is(Type::Kind::number)) return given.is_number();
  if (given.is(Type::Kind::number)) return wanted.is_number();
  if (is_mapping(given) && is_mapping(wanted)) return mappings_agree(given, wanted);
  if (given.kind() != wanted.kind()) return false;
  return agrees(given.element(), wanted.element());
}

Type join(const Type& a, const Type& b) {
  if (a == b) return a;
  if (a.is_number() && b.is_number()) return Type::Kind::number;
  if (is_mapping(a) && is_mapping(b)) {
    if (a.kind() == b.kind() && a.is(Type::Kind::object)) return join_objects(a, b);
    Type left = a.is(Type::Kind::object) ? element_of_object(a) : a.element();
    Type right = b.is(Type::Kind::object) ? element_of_object(b) : b.element();
    return Type::map_of(join(a.key(), b.key()), join(left, right));
  }
  if (a.kind() != b.kind()) return Type();
  if (a.is(Type::Kind::list)) return Type::list_of(join(a.element(), b.element()));
  if (a.is(Type::Kind::optional)) return Type::optional_of(join(a.element(), b.element()));
  return Type();
}

namespace {

Type type_of_list(std::span<const Value> items) {
  if (items.empty()) return Type::list_of(Type());
  Type element = type_of(items.front());
  for (const Value& item : items.subspan(1)) {
    if (element.is_dyn()) break;
    element = join(element, type_of(item));
  }
  return Type::list_of(element);
}

Type type_of_map(std::span<const Value::Entry> entries) {
  bool texts = std::ranges::all_of(entries, [](const Value::Entry& entry) { return entry.key.is_string(); });
  if (texts) {
    std::vector<Type::Field> fields;
    for (const Value::Entry& entry : entries) {
      fields.emplace_back(std::string(entry.key.as_string()), type_of(entry.value));
    }
    return Type::object_of(std::move(fields), true);
  }
  Type key = type_of(entries.front().key);
  Type element = type_of(entries.front().value);
  for (const Value::Entry& entry : entries.subspan(1)) {
    key = join(key, type_of(entry.key));
    element = join(element, type_of(entry.value));
  }
  return Type::map_of(key, element);
}

bool fields_have_types(const Value& value, const Type& type) {
  for (const Type::Field& field : type.fields()) {
    const Value* found = value.find(field.first);
    if (found == nullptr || !has_type(*found, field.second)) return false;
  }
  return !type.closed() || value.size() == type.fields().size();
}

}  // namespace

Type type_of(const Value& value) {
  switch (value.type()) {
    case ValueType::null:
      return Type::Kind::null;
    case ValueType::boolean:
      return Type::Kind::boolean;
    case ValueType::integer:
      return Type::Kind::integer;
    case ValueType::unsigned_integer:
      return Type::Kind::unsigned_integer;
    case ValueType::real:
      return Type::Kind::real;
    case ValueType::string:
      return Type::Kind::string;
    case ValueType::bytes:
      return Type::Kind::bytes;
    case ValueType::timestamp:
      return Type::Kind::timestamp;
    case ValueType::duration:
      return Type::Kind::duration;
    case ValueType::type:
      return Type::Kind::type;
    case ValueType::list:
      return type_of_list(value.as_list());
    case ValueType::map:
      return type_of_map(value.entries());
    case ValueType::optional: {
      const Value* held = value.optional_value();
      return Type::optional_of(held == nullptr ? Type() : type_of(*held));
    }
  }
  return Type();
}

bool has_type(const Value& value, const Type& type) {
  switch (type.kind()) {
    case Type::Kind::dyn:
    case Type::Kind::variable:
      return true;
    case Type::Kind::number:
      return value.is_number();
    case Type::Kind::list:
      return value.is_list() && std::ranges::all_of(value.as_list(), [&](const Value& item) {
               return has_type(item, type.element());
             });
    case Type::Kind::map:
      return value.is_map() && std::ranges::all_of(value.entries(), [&](const Value::Entry& entry) {
               return has_type(entry.key, type.key()) && has_type(entry.value, type.element());
             });
    case Type::Kind::object:
      return value.is_map() && fields_have_types(value, type);
    case Type::Kind::optional:
      return value.type() == ValueType::optional &&
             (value.optional_value() == nullptr || has_type(*value.optional_value(), type.element()));
    default:
      return type_of(value).kind() == type.kind();
  }
}

}  // namespace parley::expr
