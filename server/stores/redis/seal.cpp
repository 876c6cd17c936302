#include "server/stores/redis/seal.hpp"

#include "base/sha256.hpp"

namespace parley::stores::redis {

namespace {

std::string bytes_of(const Sha256Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

}  // namespace

Seal::Seal(std::string_view server_secret) : key_(bytes_of(hmac_sha256(server_secret, "parley redis 1"))) {}

std::string Seal::mark(std::string_view name, std::string_view content) const {
  std::string message = std::to_string(name.size());
  message.reserve(message.size() + name.size() + content.size() + 1);
  message.append(":").append(name).append(content);
  return bytes_of(hmac_sha256(key_, message));
}

std::string Seal::close(std::string_view name, std::string_view content) const {
  return mark(name, content).append(content);
}

std::optional<std::string_view> Seal::open(std::string_view name, std::string_view sealed) const {
  if (sealed.size() < kBytes) return std::nullopt;
  const std::string_view content = sealed.substr(kBytes);
  if (!equal_in_constant_time(sealed.substr(0, kBytes), mark(name, content))) return std::nullopt;
  return content;
}

std::string tenant_key(std::string_view tenant, std::string_view rest) {
  std::string key = "t:";
  for (const char c : tenant) {
    if (c == ':' || c == '%' || c == '*' || c == '?' || c == '[' || c == ']' || c == '\\') {
      constexpr std::string_view kDigits = "0123456789abcdef";
      const auto byte = static_cast<unsigned char>(c);
      key += '%';
      key += kDigits[byte >> 4];
      key += kDigits[byte & 15];
    } else {
      key += c;
    }
  }
  return key.append(":").append(rest);
}

}  // namespace parley::stores::redis
