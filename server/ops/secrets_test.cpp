// The server's own key: made once, kept private, refused when damaged.
#include "server/ops/secrets.hpp"

#include <doctest/doctest.h>
#include <unistd.h>

#include <fstream>

using namespace parley::ops;
namespace fs = std::filesystem;

TEST_CASE("the key is made once and read back") {
  const fs::path path = fs::temp_directory_path() / ("parley-key-" + std::to_string(getpid()));
  fs::remove(path);
  const auto made = load_secret_key(path);
  REQUIRE(made.has_value());
  CHECK(made->created);
  CHECK(made->bytes.size() == 32);
  CHECK(fs::status(path).permissions() == (fs::perms::owner_read | fs::perms::owner_write));
  const auto again = load_secret_key(path);
  REQUIRE(again.has_value());
  CHECK_FALSE(again->created);
  CHECK(again->bytes == made->bytes);
  CHECK(again->fingerprint() == made->fingerprint());
  CHECK(again->fingerprint().size() == 16);

  fs::permissions(path, fs::perms::group_read, fs::perm_options::add);
  CHECK(load_secret_key(path).error().message.ends_with("can be read by others"));
  fs::permissions(path, fs::perms::group_read, fs::perm_options::remove);
  std::ofstream(path) << "not a key";
  CHECK(load_secret_key(path).error().message.ends_with("is damaged"));
  fs::remove(path);
}

TEST_CASE("random bytes are as many as asked for and differ") {
  CHECK(random_bytes(40).size() == 40);
  CHECK(random_bytes(16) != random_bytes(16));
}

TEST_CASE("a secret that the settings name comes from the environment, or from a file named there") {
  CHECK_FALSE(find_secret("ABSENT").has_value());
  ::setenv("PARLEY_SECRET_HERE", "value", 1);
  CHECK(find_secret("HERE") == "value");
  const fs::path path = fs::temp_directory_path() / ("parley-secret-" + std::to_string(getpid()));
  std::ofstream(path) << "from a file\n";
  ::setenv("PARLEY_SECRET_THERE_FILE", path.c_str(), 1);
  CHECK(find_secret("THERE") == "from a file");
  fs::remove(path);
  CHECK_FALSE(find_secret("THERE").has_value());
  ::unsetenv("PARLEY_SECRET_HERE");
  ::unsetenv("PARLEY_SECRET_THERE_FILE");
}
