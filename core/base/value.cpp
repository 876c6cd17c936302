#include "base/value.hpp"

#include <cmath>
#include <cstring>
#include <memory>
#include <new>

namespace parley {
namespace {

// Maps up to this size are searched one by one: faster than hashing, and no index to store.
constexpr std::size_t kLinearSearchEntries = 8;

constexpr std::uint64_t kMix = 0x9E3779B97F4A7C15;

std::uint64_t mix(std::uint64_t a) {
  a ^= a >> 32;
  a *= 0xD6E8FEB86659FD93;
  a ^= a >> 32;
  a *= 0xD6E8FEB86659FD93;
  return a ^ (a >> 32);
}

// Address-space randomisation makes the seed unknown to whoever sends us keys, so nobody can prepare
// collisions. It never reaches output: maps are always walked in insertion order.
std::uint64_t hash_seed() {
  static const char anchor = 0;
  return reinterpret_cast<std::uintptr_t>(&anchor) * kMix;
}

std::uint64_t hash_of(std::string_view text) {
  std::uint64_t hash = hash_seed() ^ text.size();
  std::size_t at = 0;
  for (; at + 8 <= text.size(); at += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + at, 8);
    hash = mix(hash ^ word) + kMix;
  }
  std::uint64_t rest = 0;
  if (at < text.size()) std::memcpy(&rest, text.data() + at, text.size() - at);
  return mix(hash ^ rest);
}

// Equal numbers of different types have equal hashes.
std::uint64_t hash_of(const Value& key) {
  switch (key.type()) {
    case ValueType::boolean:
      return mix(hash_seed() + (key.as_bool() ? 3 : 5));
    case ValueType::integer:
      return mix(hash_seed() ^ static_cast<std::uint64_t>(key.as_int()));
    case ValueType::unsigned_integer:
      return mix(hash_seed() ^ key.as_uint());
    case ValueType::real: {
      double real = key.as_double();
      if (real >= -9223372036854775808.0 && real < 9223372036854775808.0) {
        return mix(hash_seed() ^ static_cast<std::uint64_t>(static_cast<std::int64_t>(real)));
      }
      if (real >= 0 && real < 18446744073709551616.0)
        return mix(hash_seed() ^ static_cast<std::uint64_t>(real));
      return 0;
    }
    case ValueType::string:
      return hash_of(key.as_string());
    default:
      return 0;
  }
}

std::uint64_t deep_hash(const Value& value) {
  std::uint64_t hash = hash_seed() + static_cast<std::uint64_t>(value.type());
  switch (value.type()) {
    case ValueType::bytes:
      return hash_of(value.as_bytes()) + 1;
    case ValueType::timestamp:
      return mix(hash ^ static_cast<std::uint64_t>(value.as_timestamp().seconds));
    case ValueType::duration:
      return mix(hash ^ static_cast<std::uint64_t>(value.as_duration().seconds));
    case ValueType::list:
      for (const Value& item : value.as_list()) hash = mix(hash ^ deep_hash(item)) + kMix;
      return hash;
    case ValueType::map:
      // A sum, because equality of maps does not look at the order.
      for (const Value::Entry& entry : value.entries()) {
        hash += mix(deep_hash(entry.key) * 3 + deep_hash(entry.value));
      }
      return hash;
    default:
      return hash_of(value);
  }
}

bool key_equals(const Value& key, std::string_view text) {
  return key.is_string() && key.as_string() == text;
}

bool may_be_key(const Value& value) {
  return value.is_string() || value.is_bool() || value.is_int() || value.is_uint();
}

std::size_t slot_count_for(std::size_t entries) {
  if (entries <= kLinearSearchEntries) return 0;
  std::size_t slots = 32;
  while (slots < entries * 2) slots *= 2;
  return slots;
}

bool int_equals_double(std::int64_t integer, double real) {
  return real >= -9223372036854775808.0 && real < 9223372036854775808.0 &&
         static_cast<double>(static_cast<std::int64_t>(real)) == real &&
         static_cast<std::int64_t>(real) == integer;
}

bool uint_equals_double(std::uint64_t integer, double real) {
  return real >= 0 && real < 18446744073709551616.0 &&
         static_cast<double>(static_cast<std::uint64_t>(real)) == real &&
         static_cast<std::uint64_t>(real) == integer;
}

bool number_equals(const Value& a, const Value& b) {
  if (a.is_double() && b.is_double()) return a.as_double() == b.as_double();
  if (a.is_double()) return number_equals(b, a);
  if (b.is_double()) {
    return a.is_int() ? int_equals_double(a.as_int(), b.as_double())
                      : uint_equals_double(a.as_uint(), b.as_double());
  }
  if (a.is_int() && b.is_int()) return a.as_int() == b.as_int();
  if (a.is_uint() && b.is_uint()) return a.as_uint() == b.as_uint();
  return a.is_int() ? std::cmp_equal(a.as_int(), b.as_uint()) : std::cmp_equal(a.as_uint(), b.as_int());
}

bool map_equals(const Value& a, const Value& b) {
  if (a.size() != b.size()) return false;
  for (const Value::Entry& entry : a.entries()) {
    const Value* other = b.find(entry.key);
    if (other == nullptr || !(entry.value == *other)) return false;
  }
  return true;
}

bool list_equals(std::span<const Value> a, std::span<const Value> b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (!(a[i] == b[i])) return false;
  }
  return true;
}

}  // namespace

std::string_view name(ValueType type) {
  switch (type) {
    case ValueType::null:
      return "null";
    case ValueType::boolean:
      return "bool";
    case ValueType::integer:
      return "int";
    case ValueType::unsigned_integer:
      return "uint";
    case ValueType::real:
      return "double";
    case ValueType::string:
      return "string";
    case ValueType::bytes:
      return "bytes";
    case ValueType::timestamp:
      return "timestamp";
    case ValueType::duration:
      return "duration";
    case ValueType::list:
      return "list";
    case ValueType::map:
      return "map";
    case ValueType::type:
      return "type";
    case ValueType::optional:
      return "optional";
  }
  return "null";
}

// --- storage
// ---------------------------------------------------------------------------------------------------

Value::Block* Value::new_block(std::size_t size, std::size_t payload_bytes) {
  void* memory = ::operator new(sizeof(Block) + payload_bytes);
  return new (memory) Block{.holders = 1, .slot_mask = 0, .size = size};
}

Value* Value::items() const noexcept {
  return reinterpret_cast<Value*>(payload_.block + 1);
}

Value::Entry* Value::map_entries() const noexcept {
  return reinterpret_cast<Entry*>(payload_.block + 1);
}

std::uint32_t* Value::slots() const noexcept {
  return reinterpret_cast<std::uint32_t*>(map_entries() + payload_.block->size);
}

void Value::release() noexcept {
#if defined(__wasm__)
  if (--payload_.block->holders == 0) destroy_block();
#else
  // A lone holder needs no read-modify-write: nobody else can reach the block.
  if (__atomic_load_n(&payload_.block->holders, __ATOMIC_ACQUIRE) == 1 ||
      __atomic_fetch_sub(&payload_.block->holders, 1U, __ATOMIC_ACQ_REL) == 1) {
    destroy_block();
  }
#endif
}

void Value::destroy_block() noexcept {
  std::size_t count = payload_.block->size;
  if (tag_ == ValueType::list || tag_ == ValueType::optional) {
    std::destroy_n(items(), count);
  } else if (tag_ == ValueType::map) {
    std::destroy_n(map_entries(), count);
  }
  ::operator delete(payload_.block);
}

void Value::store_octets(ValueType tag, std::string_view octets) {
  tag_ = tag;
  if (octets.size() <= kShortCapacity) {
    short_size_ = static_cast<std::uint8_t>(octets.size());
    if (!octets.empty()) std::memcpy(static_cast<void*>(this), octets.data(), octets.size());
    return;
  }
  payload_.block = new_block(octets.size(), octets.size());
  std::memcpy(payload_.block + 1, octets.data(), octets.size());
  short_size_ = kShared;
}

std::string_view Value::octets() const noexcept {
  if (!is_shared()) return {reinterpret_cast<const char*>(this), short_size_};
  return {reinterpret_cast<const char*>(payload_.block + 1), payload_.block->size};
}

void Value::store_nanos(std::int32_t nanos) noexcept {
  std::memcpy(more_, &nanos, sizeof(nanos));
}

std::int32_t Value::nanos() const noexcept {
  std::int32_t nanos = 0;
  std::memcpy(&nanos, more_, sizeof(nanos));
  return nanos;
}

// --- making
// ----------------------------------------------------------------------------------------------------

Value::Value(std::string_view text) : tag_(ValueType::string) {
  store_octets(ValueType::string, text);
}

Value::Value(Timestamp time) noexcept : tag_(ValueType::timestamp) {
  payload_.seconds = time.seconds;
  store_nanos(time.nanos);
}

Value::Value(Duration duration) noexcept : tag_(ValueType::duration) {
  payload_.seconds = duration.seconds;
  store_nanos(duration.nanos);
}

Value Value::bytes(std::string_view octets) {
  Value value;
  value.store_octets(ValueType::bytes, octets);
  return value;
}

Value Value::type_named(std::string_view type_name) {
  Value value;
  value.store_octets(ValueType::type, type_name);
  return value;
}

Value Value::adopt_list(std::span<Value> items) {
  Value value;
  value.tag_ = ValueType::list;
  if (items.empty()) return value;
  value.payload_.block = new_block(items.size(), items.size() * sizeof(Value));
  value.short_size_ = kShared;
  std::uninitialized_move(items.begin(), items.end(), value.items());
  return value;
}

Value Value::list(std::vector<Value> items) {
  return adopt_list(items);
}

Value Value::adopt_map(std::span<Entry> entries, std::size_t& duplicate) {
  duplicate = kNoDuplicate;
  Value value;
  value.tag_ = ValueType::map;
  if (entries.empty()) return value;
  std::size_t slot_count = slot_count_for(entries.size());
  for (std::size_t i = 0; i < entries.size(); ++i) {
    INVARIANT(may_be_key(entries[i].key), "a map key is a bool, an int, a uint or a string");
    for (std::size_t earlier = 0; slot_count == 0 && earlier < i; ++earlier) {
      if (!entries[earlier].key.is_same_key(entries[i].key)) continue;
      duplicate = i;
      return {};
    }
  }
  value.payload_.block =
      new_block(entries.size(), entries.size() * sizeof(Entry) + slot_count * sizeof(std::uint32_t));
  value.short_size_ = kShared;
  std::uninitialized_move(entries.begin(), entries.end(), value.map_entries());
  if (slot_count == 0) return value;

  value.payload_.block->slot_mask = static_cast<std::uint32_t>(slot_count - 1);
  std::uint32_t* slots = value.slots();
  std::uninitialized_fill_n(slots, slot_count, 0U);
  const Entry* stored = value.map_entries();
  for (std::size_t i = 0; i < entries.size(); ++i) {
    std::size_t slot = hash_of(stored[i].key) & (slot_count - 1);
    for (; slots[slot] != 0; slot = (slot + 1) & (slot_count - 1)) {
      if (!stored[slots[slot] - 1].key.is_same_key(stored[i].key)) continue;
      duplicate = i;
      std::move(value.map_entries(), value.map_entries() + entries.size(), entries.begin());
      return {};
    }
    slots[slot] = static_cast<std::uint32_t>(i + 1);
  }
  return value;
}

Value Value::map() {
  Value value;
  value.tag_ = ValueType::map;
  return value;
}

Value Value::map(std::vector<Entry> entries) {
  // Repeats are rare: each costs one more pass over what is left.
  for (;;) {
    std::size_t duplicate = kNoDuplicate;
    Value value = adopt_map(entries, duplicate);
    if (duplicate == kNoDuplicate) return value;
    std::vector<Entry> unique(
        std::make_move_iterator(entries.begin()),
        std::make_move_iterator(entries.begin() + static_cast<std::ptrdiff_t>(duplicate))
    );
    for (Entry& entry : unique) {
      if (entry.key == entries[duplicate].key) entry.value = std::move(entries[duplicate].value);
    }
    unique.insert(
        unique.end(),
        std::make_move_iterator(entries.begin() + static_cast<std::ptrdiff_t>(duplicate) + 1),
        std::make_move_iterator(entries.end())
    );
    entries = std::move(unique);
  }
}

Value Value::optional_none() {
  Value value;
  value.tag_ = ValueType::optional;
  return value;
}

Value Value::optional_of(Value inner) {
  Value value = adopt_list(std::span(&inner, 1));
  value.tag_ = ValueType::optional;
  return value;
}

// --- reading
// ---------------------------------------------------------------------------------------------------

bool Value::as_bool() const {
  INVARIANT(is_bool(), "the value is a bool");
  return payload_.boolean;
}

std::int64_t Value::as_int() const {
  INVARIANT(is_int(), "the value is an int");
  return payload_.integer;
}

std::uint64_t Value::as_uint() const {
  INVARIANT(is_uint(), "the value is a uint");
  return payload_.unsigned_integer;
}

double Value::as_double() const {
  INVARIANT(is_double(), "the value is a double");
  return payload_.real;
}

std::string_view Value::as_string() const {
  INVARIANT(is_string() || tag_ == ValueType::type, "the value is a string");
  return octets();
}

std::string_view Value::as_bytes() const {
  INVARIANT(is_bytes(), "the value is bytes");
  return octets();
}

Timestamp Value::as_timestamp() const {
  INVARIANT(is_timestamp(), "the value is a timestamp");
  return {payload_.seconds, nanos()};
}

Duration Value::as_duration() const {
  INVARIANT(is_duration(), "the value is a duration");
  return {payload_.seconds, nanos()};
}

std::span<const Value> Value::as_list() const {
  INVARIANT(is_list(), "the value is a list");
  if (!is_shared()) return {};
  return {items(), payload_.block->size};
}

std::span<const Value::Entry> Value::entries() const {
  INVARIANT(is_map(), "the value is a map");
  if (!is_shared()) return {};
  return {map_entries(), payload_.block->size};
}

const Value* Value::optional_value() const {
  INVARIANT(tag_ == ValueType::optional, "the value is an optional");
  return is_shared() ? items() : nullptr;
}

double Value::to_double() const {
  INVARIANT(is_number(), "the value is a number");
  if (is_int()) return static_cast<double>(payload_.integer);
  if (is_uint()) return static_cast<double>(payload_.unsigned_integer);
  return payload_.real;
}

std::size_t Value::size() const noexcept {
  switch (tag_) {
    case ValueType::string:
    case ValueType::bytes:
      return octets().size();
    case ValueType::list:
    case ValueType::map:
      return is_shared() ? payload_.block->size : 0;
    default:
      return 0;
  }
}

std::uint64_t Value::hash() const {
  return deep_hash(*this);
}

template <typename Key, typename Same>
const Value* Value::lookup(const Key& key, Same same) const {
  const Entry* stored = map_entries();
  std::size_t mask = payload_.block->slot_mask;
  if (mask == 0) {
    for (const Entry* entry = stored; entry != stored + payload_.block->size; ++entry) {
      if (same(entry->key)) return &entry->value;
    }
    return nullptr;
  }
  const std::uint32_t* table = slots();
  for (std::size_t slot = hash_of(key) & mask; table[slot] != 0; slot = (slot + 1) & mask) {
    const Entry& entry = stored[table[slot] - 1];
    if (same(entry.key)) return &entry.value;
  }
  return nullptr;
}

const Value* Value::find(std::string_view key) const {
  if (!is_map() || !is_shared()) return nullptr;
  if (key.size() > kShortCapacity) {
    return lookup(key, [key](const Value& other) { return other.is_shared() && other.octets() == key; });
  }
  const Value probe(key);  // a short string: no allocation
  return lookup(key, [&probe](const Value& other) { return other.same_bits(probe); });
}

const Value* Value::find_key(const Value& key) const {
  if (key.is_string()) return find(key.as_string());
  if (!is_map() || !is_shared()) return nullptr;
  return lookup(key, [&key](const Value& other) { return other == key; });
}

const Value& Value::operator[](std::string_view key) const {
  static const Value null;
  const Value* found = find(key);
  return found == nullptr ? null : *found;
}

std::string_view Value::text(std::string_view key, std::string_view fallback) const {
  const Value* found = find(key);
  return found != nullptr && found->is_string() ? found->as_string() : fallback;
}

Value Value::with(std::string_view key, Value value) const {
  INVARIANT(is_map() || is_null(), "with() needs a map");
  std::vector<Entry> copy;
  copy.reserve(size() + 1);
  bool replaced = false;
  if (is_map()) {
    for (const Entry& entry : entries()) {
      bool same = key_equals(entry.key, key);
      replaced = replaced || same;
      copy.push_back({entry.key, same ? value : entry.value});
    }
  }
  if (!replaced) copy.push_back({key, std::move(value)});
  return map(std::move(copy));
}

Value Value::without(std::string_view key) const {
  INVARIANT(is_map() || is_null(), "without() needs a map");
  std::vector<Entry> copy;
  if (is_map()) {
    copy.reserve(size());
    for (const Entry& entry : entries()) {
      if (!key_equals(entry.key, key)) copy.push_back(entry);
    }
  }
  return map(std::move(copy));
}

bool operator==(const Value& a, const Value& b) {
  if (a.is_number() && b.is_number()) return number_equals(a, b);
  if (a.tag_ != b.tag_) return false;
  switch (a.tag_) {
    case ValueType::null:
      return true;
    case ValueType::boolean:
      return a.payload_.boolean == b.payload_.boolean;
    case ValueType::string:
    case ValueType::bytes:
    case ValueType::type:
      return a.octets() == b.octets();
    case ValueType::timestamp:
    case ValueType::duration:
      return a.payload_.seconds == b.payload_.seconds && a.nanos() == b.nanos();
    case ValueType::list:
      return list_equals(a.as_list(), b.as_list());
    case ValueType::map:
      return map_equals(a, b);
    case ValueType::optional: {
      const Value* left = a.optional_value();
      const Value* right = b.optional_value();
      if (left == nullptr || right == nullptr) return left == right;
      return *left == *right;
    }
    default:
      return false;
  }
}

}  // namespace parley
