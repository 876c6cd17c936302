#include "cli/backup/secret_key.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "base/encoding.hpp"
#include "server/ops/secrets.hpp"
#include "server/stores/sync_folder.hpp"

namespace parley::cli {

Result<std::string> fingerprint_of(const std::string& file) {
  std::error_code problem;
  // Looked for first: reading a key that is not there makes one.
  if (!std::filesystem::exists(file, problem))
    return fail(ErrorCode::not_found, "there is no secret key " + file);
  const auto key = ops::load_secret_key(file);
  if (!key) return std::unexpected(key.error());
  return key->fingerprint();
}

Result<void> check_secret_key(const std::string& file, const std::string& fingerprint) {
  const auto found = fingerprint_of(file);
  if (!found) return std::unexpected(found.error());
  if (fingerprint.empty() || *found == fingerprint) return {};
  return fail(
      ErrorCode::conflict,
      "the secret key " + file + " is not the one this data was made with: its fingerprint is " + *found +
          ", not " + fingerprint,
      {},
      "find the key with fingerprint " + fingerprint
  );
}

Result<void> copy_secret_key(const std::string& from, const std::string& to) {
  const auto key = ops::load_secret_key(from);
  if (!key) return std::unexpected(key.error());
  const std::string text = hex_encode(key->bytes) + "\n";
  const int file = ::open(to.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  const bool written = file >= 0 &&
                       ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
                       ::fsync(file) == 0;
  const int reason = errno;
  if (file >= 0) ::close(file);
  if (written && stores::sync_folder(std::filesystem::path(to).parent_path().string())) return {};
  // Half a key would be in the way of a whole one.
  if (file >= 0) ::unlink(to.c_str());
  return fail(
      ErrorCode::unavailable, "the secret key " + to + " cannot be written: " + std::strerror(reason)
  );
}

Result<void> bring_secret_key(
    const std::string& data_dir, const std::string& fingerprint, const std::string& key
) {
  if (fingerprint.empty()) return {};
  const std::string place = data_dir + "/secret.key";
  std::error_code problem;
  const bool there = std::filesystem::exists(place, problem);
  const std::string& candidate = there ? place : key;
  if (candidate.empty()) {
    return fail(
        ErrorCode::unavailable,
        "the data needs its secret key, fingerprint " + fingerprint + ", and there is none in " + data_dir,
        {},
        "name its file with --key; it is secret.key in the data folder of the server that made the data"
    );
  }
  if (auto belongs = check_secret_key(candidate, fingerprint); !belongs) {
    if (there && belongs.error().code == ErrorCode::conflict)
      belongs.error().hint = "use a data folder of its own, or put the right key there";
    return belongs;
  }
  return there ? Result<void>() : copy_secret_key(key, place);
}

}  // namespace parley::cli
