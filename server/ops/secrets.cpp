#include "server/ops/secrets.hpp"

#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "base/encoding.hpp"
#include "base/sha256.hpp"

namespace parley::ops {

namespace {

constexpr std::size_t kKeyBytes = 32;
constexpr std::size_t kSecretBytesMax = 16U << 10U;

class File {
 public:
  explicit File(int descriptor) : descriptor_(descriptor) {}
  ~File() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  [[nodiscard]] bool is_open() const { return descriptor_ >= 0; }
  [[nodiscard]] int get() const { return descriptor_; }

 private:
  int descriptor_;
};

std::unexpected<Error> trouble(const std::filesystem::path& path, const char* what, std::string hint = {}) {
  const std::string reason = errno != 0 ? std::string(": ") + std::strerror(errno) : std::string();
  return fail(
      ErrorCode::unavailable, "the secret key " + path.string() + " " + what + reason, {}, std::move(hint)
  );
}

// What is made with the key must not outlive its name in the folder.
bool sync_folder_of(const std::filesystem::path& path) {
  const std::string name = path.parent_path().empty() ? "." : path.parent_path().string();
  const File folder(::open(name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return folder.is_open() && ::fsync(folder.get()) == 0;
}

Result<SecretKey> create(const std::filesystem::path& path) {
  SecretKey key{random_bytes(kKeyBytes), true};
  const std::string text = hex_encode(key.bytes) + "\n";
  const File file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!file.is_open()) return trouble(path, "cannot be created");
  const bool written = ::write(file.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size());
  if (written && ::fsync(file.get()) == 0 && sync_folder_of(path)) return key;
  auto problem = trouble(path, "cannot be written");
  ::unlink(path.c_str());  // half a key would be taken for one that is damaged
  return problem;
}

}  // namespace

std::string random_bytes(std::size_t count) {
  std::string bytes(count, '\0');
  for (std::size_t filled = 0; filled < count;) {
    const ssize_t got = getrandom(bytes.data() + filled, count - filled, 0);
    INVARIANT(got > 0 || errno == EINTR, "the kernel gives random bytes");
    if (got > 0) filled += static_cast<std::size_t>(got);
  }
  return bytes;
}

std::string SecretKey::fingerprint() const {
  return sha256_hex("parley secret key " + bytes).substr(0, 16);
}

Result<SecretKey> load_secret_key(const std::filesystem::path& path) {
  errno = 0;
  const File file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!file.is_open()) return errno == ENOENT ? create(path) : trouble(path, "cannot be read");
  struct stat about{};
  if (::fstat(file.get(), &about) != 0) return trouble(path, "cannot be read");
  if ((about.st_mode & 0077U) != 0) {
    errno = 0;
    return trouble(path, "can be read by others", "run: chmod 600 " + path.string());
  }
  std::array<char, 128> text{};
  const ssize_t size = ::read(file.get(), text.data(), text.size());
  std::string_view digits(text.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
  while (digits.ends_with('\n')) digits.remove_suffix(1);
  auto bytes = hex_decode(digits);
  if (!bytes || bytes->size() != kKeyBytes) {
    errno = 0;
    return trouble(
        path, "is damaged", "restore it from a backup; without it visitors lose their conversations"
    );
  }
  return SecretKey{std::move(*bytes), false};
}

std::optional<std::string> find_secret(std::string_view name) {
  const std::string variable = "PARLEY_SECRET_" + std::string(name);
  if (const char* value = std::getenv(variable.c_str())) return std::string(value);
  const char* path = std::getenv((variable + "_FILE").c_str());
  if (path == nullptr) return std::nullopt;
  const File file(::open(path, O_RDONLY | O_CLOEXEC));
  if (!file.is_open()) return std::nullopt;
  std::string text(kSecretBytesMax, '\0');
  const ssize_t size = ::read(file.get(), text.data(), text.size());
  if (size <= 0) return std::nullopt;
  text.resize(static_cast<std::size_t>(size));
  while (text.ends_with('\n') || text.ends_with('\r')) text.pop_back();
  return text;
}

}  // namespace parley::ops
