// JSON text ↔ Value.
//
// Three writers for three purposes: write_json for people and APIs (insertion order kept), write_canonical
// for hashes and signatures (RFC 8785: keys sorted by UTF-16 code units, shortest numbers), and the typed
// form for our own storage, which gives every Value type back exactly. All functions are pure; none throws.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/value.hpp"

namespace parley {

struct JsonLimits {
  std::size_t max_depth = 64;
  std::size_t max_members = 1'000'000;  // of all lists and maps together
  bool reject_duplicate_keys = true;
};

// Strict RFC 8259, UTF-8 checked, lone surrogates refused. A number without fraction and exponent becomes
// int, or uint when it needs the 64th bit, or double beyond that; every other number becomes double; infinity
// is refused. Error::pointer is "line:column" (1-based, columns in code points) and the message says what was
// expected.
[[nodiscard]] Result<Value> parse_json(std::string_view text, const JsonLimits& limits = {});

// Compact. Doubles in their shortest form; NaN and infinities, which JSON lacks, as null. Non-JSON types as
// strings: bytes in base64, timestamps in RFC 3339, durations as "90s". Map keys that are not strings are
// written as strings.
[[nodiscard]] std::string write_json(const Value& value);
void append_json(std::string& out, const Value& value);
// Two spaces an indent, for files and terminals.
[[nodiscard]] std::string write_json_pretty(const Value& value);

// RFC 8785 (JSON Canonicalization Scheme); integers beyond 2^53 keep all their digits.
[[nodiscard]] std::string write_canonical(const Value& value);
void append_canonical(std::string& out, const Value& value);

// Canonical and lossless: keys sorted; doubles always with '.', 'e' or in {"@double":"NaN"}; other types as
// one-key maps:
// {"@uint":"5"}, {"@bytes":"base64"}, {"@time":"RFC 3339"}, {"@duration":"90s"}, {"@map":[[k,v],…]} for keys
// that are not strings or start with '@', {"@type":"int"}, {"@optional":[…]}. Equal values give equal bytes.
[[nodiscard]] std::string write_typed(const Value& value);
void append_typed(std::string& out, const Value& value);
[[nodiscard]] Result<Value> parse_typed(std::string_view text);

// A JSON string literal with quotes; escapes only what RFC 8259 demands.
void append_json_string(std::string& out, std::string_view text);

// ECMAScript's shortest form (123.5, 1e+21, 0.000001, 1e-7); -0 as 0; NaN and infinities as null.
void append_json_number(std::string& out, double real);

}  // namespace parley
