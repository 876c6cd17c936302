// Texts that are stored so that only this server can read them: AES-256-GCM under a key made from the
// server's secret key. What a text belongs to is part of the seal: moved elsewhere, it does not open.
// Pure functions; thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace parley::tools {

// The key for one purpose, of 32 bytes.
[[nodiscard]] std::string sealing_key(std::string_view secret, std::string_view purpose);

// Base64url of nonce, ciphertext and tag.
[[nodiscard]] std::string seal(std::string_view key, std::string_view place, std::string_view text);
// Nothing when it was sealed with another key or for another place, or was changed.
[[nodiscard]] std::optional<std::string> unseal(
    std::string_view key, std::string_view place, std::string_view sealed
);

}  // namespace parley::tools
