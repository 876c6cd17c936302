// Signatures of webhooks: how services sign what they send, as data, and the check. Pure.
//
// The sender's time must be within five minutes of ours, in both directions; signatures are compared in
// constant time; of several one must be right. What is checked are the bytes as they came.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace parley::wire {

struct SignatureScheme {
  std::string name;
  std::string header;         // that carries the signatures
  std::string prefix;         // of each: "sha256=", "v1="
  char separator = '\0';      // between several; none: one signature
  bool base64 = false;        // otherwise hexadecimal
  std::string timestamp;      // the header of the sending time; ends with '=' when it stands beside the
                              // signatures; empty: none
  std::string signed_text;    // "{body}", "{time}.{body}", "{id}.{time}.{body}"
  std::string secret_prefix;  // what follows it in a secret is base64
  std::string id;             // of the delivery: a header, or a JSON pointer into the body
  std::string event;          // what happened: likewise; empty: not said
};

// "github", "jira", "slack", "standard", "stripe" and "generic", which settings may change.
[[nodiscard]] std::span<const SignatureScheme> signature_schemes();
[[nodiscard]] const SignatureScheme* find_signature_scheme(std::string_view name);

inline constexpr std::int64_t kSignatureToleranceSeconds = 300;

using HeaderLookup = std::function<std::optional<std::string_view>(std::string_view name)>;

// Error::pointer is "signature_missing", "signature_expired" or "signature_wrong".
[[nodiscard]] Result<void> check_signature(
    const SignatureScheme& scheme,
    std::string_view secret,
    const HeaderLookup& header,
    std::string_view body,
    std::int64_t now_seconds
);

}  // namespace parley::wire
