// Random secrets and the server's own key.
// Thread-safe; errors are sentences for the person who starts the server.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace parley::ops {

// From the operating system's generator.
[[nodiscard]] std::string random_bytes(std::size_t count);

struct SecretKey {
  std::string bytes;     // 32
  bool created = false;  // it did not exist before
  // May be stored and shown: which key it is, without the key.
  [[nodiscard]] std::string fingerprint() const;
};

// Reads the key from a file only its owner may read, or makes one with mode 0600.
[[nodiscard]] Result<SecretKey> load_secret_key(const std::filesystem::path& path);

// A secret that the settings name: PARLEY_SECRET_<name>, or the content of the file that
// PARLEY_SECRET_<name>_FILE names, without the line break at its end. Nothing when neither is there.
[[nodiscard]] std::optional<std::string> find_secret(std::string_view name);

}  // namespace parley::ops
