#include "server/tools/sign_in/sealed.hpp"

#include <openssl/evp.h>
#include <openssl/rand.h>

#include <memory>

#include "base/encoding.hpp"
#include "base/result.hpp"
#include "base/sha256.hpp"

namespace parley::tools {
namespace {

constexpr std::size_t kNonceBytes = 12;
constexpr std::size_t kTagBytes = 16;

struct Free {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_CIPHER_CTX, Free>;

const unsigned char* bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* bytes(std::string& text) {
  return reinterpret_cast<unsigned char*>(text.data());
}

}  // namespace

std::string sealing_key(std::string_view secret, std::string_view purpose) {
  const auto digest = hmac_sha256(secret, purpose);
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

std::string seal(std::string_view key, std::string_view place, std::string_view text) {
  std::string out(kNonceBytes + text.size() + kTagBytes, '\0');
  INVARIANT(RAND_bytes(bytes(out), kNonceBytes) == 1, "the system gives random bytes");
  const Context context(EVP_CIPHER_CTX_new());
  unsigned char* const body = bytes(out) + kNonceBytes;
  int written = 0;
  const bool sealed =
      EVP_EncryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, bytes(key), bytes(out)) == 1 &&
      EVP_EncryptUpdate(context.get(), nullptr, &written, bytes(place), static_cast<int>(place.size())) ==
          1 &&
      EVP_EncryptUpdate(context.get(), body, &written, bytes(text), static_cast<int>(text.size())) == 1 &&
      EVP_EncryptFinal_ex(context.get(), body + written, &written) == 1 &&
      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, kTagBytes, body + text.size()) == 1;
  INVARIANT(sealed, "AES-256-GCM takes any text");
  return base64url_encode(out);
}

std::optional<std::string> unseal(std::string_view key, std::string_view place, std::string_view sealed) {
  auto packed = base64_decode(sealed);
  if (!packed || packed->size() < kNonceBytes + kTagBytes) return std::nullopt;
  const std::size_t size = packed->size() - kNonceBytes - kTagBytes;
  std::string text(size, '\0');
  const Context context(EVP_CIPHER_CTX_new());
  unsigned char* const body = bytes(*packed) + kNonceBytes;
  int written = 0;
  const bool opened =
      EVP_DecryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, bytes(key), bytes(*packed)) == 1 &&
      EVP_DecryptUpdate(context.get(), nullptr, &written, bytes(place), static_cast<int>(place.size())) ==
          1 &&
      EVP_DecryptUpdate(context.get(), bytes(text), &written, body, static_cast<int>(size)) == 1 &&
      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_SET_TAG, kTagBytes, body + size) == 1 &&
      EVP_DecryptFinal_ex(context.get(), bytes(text) + written, &written) == 1;
  return opened ? std::optional(std::move(text)) : std::nullopt;
}

}  // namespace parley::tools
