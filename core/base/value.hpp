// Value: the one dynamic value of slots, expressions, tool arguments and JSON.
//
// 16 bytes: a tag and a payload. Numbers, times and strings of up to 14 bytes are stored inline; longer
// strings, bytes, lists and maps are shared, immutable heap blocks with a reference count, so a copy costs
// one increment and a value never changes under another holder. Build lists and maps with ListBuilder and
// MapBuilder.
//
// Thread-safety: different Value objects may be used from different threads even when they share a block (the
// count is atomic where threads exist); one Value object needs outside synchronisation like an int.
// Views (as_string, as_list, entries, find) stay valid as long as the Value they came from is neither
// destroyed nor assigned; note that short strings live inside the Value itself. Wrong-type access is a bug
// (INVARIANT): ask type() or the is_… functions first.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"

namespace parley {

enum class ValueType : std::uint8_t {
  null,
  boolean,
  integer,           // int64
  unsigned_integer,  // uint64
  real,              // double
  string,            // UTF-8
  bytes,
  timestamp,
  duration,
  list,
  map,       // insertion-ordered; keys are bool, int, uint or string
  type,      // a type as a value, as CEL's type(x) gives; holds the type's name
  optional,  // CEL optional: none, or one value
};

// "null", "bool", "int", "uint", "double", "string", "bytes", "timestamp", "duration", "list", "map", "type",
// "optional".
[[nodiscard]] std::string_view name(ValueType type);

class Value {
 public:
  struct Entry;

  constexpr Value() noexcept : tag_(ValueType::null) {}
  Value(std::nullptr_t) noexcept : Value() {}
  // A template, so that a pointer never becomes a boolean by accident.
  template <std::same_as<bool> T>
  Value(T boolean) noexcept : tag_(ValueType::boolean) {
    payload_.boolean = boolean;
  }
  template <std::signed_integral T>
  Value(T integer) noexcept : tag_(ValueType::integer) {
    payload_.integer = integer;
  }
  template <std::unsigned_integral T>
    requires(!std::same_as<T, bool>)
  Value(T unsigned_integer) noexcept : tag_(ValueType::unsigned_integer) {
    payload_.unsigned_integer = unsigned_integer;
  }
  Value(double real) noexcept : tag_(ValueType::real) { payload_.real = real; }
  Value(std::string_view text);
  Value(const std::string& text) : Value(std::string_view(text)) {}
  Value(const char* text) : Value(std::string_view(text)) {}
  Value(Timestamp time) noexcept;
  Value(Duration duration) noexcept;
  [[nodiscard]] static Value bytes(std::string_view octets);
  [[nodiscard]] static Value list(std::vector<Value> items = {});
  [[nodiscard]] static Value map();
  // A later duplicate key replaces the earlier.
  [[nodiscard]] static Value map(std::vector<Entry> entries);
  // The same from items in a caller's buffer, which are moved from. The map adopts all entries or, when a key
  // repeats, none: then it returns null and sets `duplicate` to the index of the second entry.
  [[nodiscard]] static Value adopt_list(std::span<Value> items);
  [[nodiscard]] static Value adopt_map(std::span<Entry> entries, std::size_t& duplicate);
  static constexpr std::size_t kNoDuplicate = static_cast<std::size_t>(-1);
  [[nodiscard]] static Value type_named(std::string_view type_name);
  [[nodiscard]] static Value optional_none();
  [[nodiscard]] static Value optional_of(Value value);

  Value(const Value& other) noexcept {
    take_bits(other);
    if (is_shared()) retain();
  }
  Value(Value&& other) noexcept {
    take_bits(other);
    other.forget();
  }
  Value& operator=(const Value& other) noexcept {
    Value copy(other);  // first: `other` may live inside the block that this assignment drops
    return *this = std::move(copy);
  }
  Value& operator=(Value&& other) noexcept {
    Value old(std::move(*this));  // dropped last, for the same reason; also makes self-assignment safe
    if (&other == this) {
      take_bits(old);
      old.forget();
    } else {
      take_bits(other);
      other.forget();
    }
    return *this;
  }
  ~Value() {
    if (is_shared()) release();
  }

  [[nodiscard]] ValueType type() const noexcept { return tag_; }
  [[nodiscard]] bool is_null() const noexcept { return tag_ == ValueType::null; }
  [[nodiscard]] bool is_bool() const noexcept { return tag_ == ValueType::boolean; }
  [[nodiscard]] bool is_int() const noexcept { return tag_ == ValueType::integer; }
  [[nodiscard]] bool is_uint() const noexcept { return tag_ == ValueType::unsigned_integer; }
  [[nodiscard]] bool is_double() const noexcept { return tag_ == ValueType::real; }
  [[nodiscard]] bool is_number() const noexcept { return is_int() || is_uint() || is_double(); }
  [[nodiscard]] bool is_string() const noexcept { return tag_ == ValueType::string; }
  [[nodiscard]] bool is_bytes() const noexcept { return tag_ == ValueType::bytes; }
  [[nodiscard]] bool is_timestamp() const noexcept { return tag_ == ValueType::timestamp; }
  [[nodiscard]] bool is_duration() const noexcept { return tag_ == ValueType::duration; }
  [[nodiscard]] bool is_list() const noexcept { return tag_ == ValueType::list; }
  [[nodiscard]] bool is_map() const noexcept { return tag_ == ValueType::map; }

  [[nodiscard]] bool as_bool() const;
  [[nodiscard]] std::int64_t as_int() const;
  [[nodiscard]] std::uint64_t as_uint() const;
  [[nodiscard]] double as_double() const;
  [[nodiscard]] std::string_view as_string() const;  // string, or a type's name
  [[nodiscard]] std::string_view as_bytes() const;
  [[nodiscard]] Timestamp as_timestamp() const;
  [[nodiscard]] Duration as_duration() const;
  [[nodiscard]] std::span<const Value> as_list() const;
  [[nodiscard]] std::span<const Entry> entries() const;  // of a map, in insertion order
  [[nodiscard]] const Value* optional_value() const;     // null pointer for none

  // Any number as double (integers above 2^53 round); INVARIANT otherwise.
  [[nodiscard]] double to_double() const;

  // Elements of a list, entries of a map, bytes of a string or of bytes; 0 for everything else.
  [[nodiscard]] std::size_t size() const noexcept;

  // Equal values have equal hashes. Differs from run to run, so it must never reach output or storage.
  [[nodiscard]] std::uint64_t hash() const;

  // The value under a key, or null pointer: also when this is not a map. Constant time in maps of any size.
  [[nodiscard]] const Value* find(std::string_view key) const;
  // A template, so that find("text") is not torn between the two.
  template <std::same_as<Value> K>
  [[nodiscard]] const Value* find(const K& key) const {
    return find_key(key);
  }
  // The value under a key, or a null Value.
  [[nodiscard]] const Value& operator[](std::string_view key) const;
  [[nodiscard]] const Value& operator[](const char* key) const { return (*this)[std::string_view(key)]; }
  // The text under a key, or `fallback` when it is absent or not a string.
  [[nodiscard]] std::string_view text(std::string_view key, std::string_view fallback = {}) const;

  // A copy of this map with one key set or removed. INVARIANT: this is a map (or null, taken as empty).
  [[nodiscard]] Value with(std::string_view key, Value value) const;
  [[nodiscard]] Value without(std::string_view key) const;

  // CEL equality: numbers compare across int, uint and double by value (NaN equals nothing), maps without
  // regard to order, everything else only within its type.
  friend bool operator==(const Value& a, const Value& b);

 private:
  // Heads one allocation; the bytes, items or entries follow, and for large maps the hash slots after them.
  struct alignas(8) Block {
    std::uint32_t holders;
    std::uint32_t slot_mask;  // number of hash slots minus one; 0 = no index
    std::size_t size;         // bytes, items or entries
  };
  static_assert(sizeof(Block) == 16);

  union Payload {
    std::uint64_t bits = 0;
    bool boolean;
    std::int64_t integer;
    std::uint64_t unsigned_integer;
    double real;
    std::int64_t seconds;
    Block* block;
    char text[8];
  };

  static constexpr std::size_t kShortCapacity = 14;
  static constexpr std::uint8_t kShared = 0xFF;

  [[nodiscard]] bool is_shared() const noexcept { return short_size_ == kShared; }
  void take_bits(const Value& other) noexcept {
    __builtin_memcpy(static_cast<void*>(this), &other, sizeof(Value));
  }
  // Same bytes. Unused bytes are always zero, so for short strings, bools and integers this is equality.
  [[nodiscard]] bool same_bits(const Value& other) const noexcept {
    std::uint64_t mine[2];
    std::uint64_t others[2];
    __builtin_memcpy(mine, this, sizeof(mine));
    __builtin_memcpy(others, &other, sizeof(others));
    return mine[0] == others[0] && mine[1] == others[1];
  }
  [[nodiscard]] bool is_same_key(const Value& other) const noexcept {
    if (same_bits(other)) return true;
    if (tag_ == ValueType::string && other.tag_ == ValueType::string) {
      return is_shared() && other.is_shared() && octets() == other.octets();
    }
    return !(tag_ == ValueType::string || other.tag_ == ValueType::string) && *this == other;
  }
  void forget() noexcept {
    short_size_ = 0;
    tag_ = ValueType::null;
  }
  void retain() const noexcept {
#if defined(__wasm__)
    ++payload_.block->holders;
#else
    __atomic_fetch_add(&payload_.block->holders, 1U, __ATOMIC_RELAXED);
#endif
  }
  void release() noexcept;
  void destroy_block() noexcept;

  void store_octets(ValueType tag, std::string_view octets);
  [[nodiscard]] std::string_view octets() const noexcept;
  void store_nanos(std::int32_t nanos) noexcept;
  [[nodiscard]] std::int32_t nanos() const noexcept;
  [[nodiscard]] static Block* new_block(std::size_t size, std::size_t payload_bytes);
  [[nodiscard]] Value* items() const noexcept;
  [[nodiscard]] Entry* map_entries() const noexcept;
  [[nodiscard]] std::uint32_t* slots() const noexcept;
  [[nodiscard]] const Value* find_key(const Value& key) const;
  template <typename Key, typename Same>
  [[nodiscard]] const Value* lookup(const Key& key, Same same) const;

  // Bytes 0–7 payload_, 8–13 more_ (rest of a short string, or nanos), 14 short_size_ (kShared = payload is a
  // block), 15 tag_.
  Payload payload_{};
  char more_[6]{};
  std::uint8_t short_size_ = 0;
  ValueType tag_ = ValueType::null;
};

static_assert(sizeof(Value) == 16);

struct Value::Entry {
  Value key;
  Value value;
};

// Collects items and hands them over without copying. Not reusable after build().
class ListBuilder {
 public:
  void reserve(std::size_t count) { items_.reserve(count); }
  ListBuilder& add(Value item) {
    items_.push_back(std::move(item));
    return *this;
  }
  [[nodiscard]] std::size_t size() const { return items_.size(); }
  [[nodiscard]] Value build() { return Value::adopt_list(items_); }

 private:
  std::vector<Value> items_;
};

class MapBuilder {
 public:
  void reserve(std::size_t count) { entries_.reserve(count); }
  // The last of several sets of one key wins; its place is that of the first.
  MapBuilder& set(Value key, Value value) {
    entries_.push_back({std::move(key), std::move(value)});
    return *this;
  }
  [[nodiscard]] std::size_t size() const { return entries_.size(); }
  [[nodiscard]] Value build() { return Value::map(std::move(entries_)); }

 private:
  std::vector<Value::Entry> entries_;
};

}  // namespace parley
