#include <doctest/doctest.h>

#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <string>

#include "assistant/watch.hpp"

namespace parley::assistant {
namespace {

namespace fs = std::filesystem;

// A folder, a watcher on it, and what was in the file when the last report came.
class Fixture {
 public:
  Fixture() {
    std::string name = (fs::temp_directory_path() / "parley_watch_XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path = name;
    auto started = Watcher::start(path, [this] { report(); });
    REQUIRE(started.has_value());
    watcher = *std::move(started);
  }
  ~Fixture() {
    watcher.reset();
    fs::remove_all(path);
  }

  void write(const fs::path& file, std::string_view text) const { std::ofstream(path / file) << text; }

  // Waits until a report has seen this text in flows/order.yaml; the limit only ends a failing test.
  bool seen(const std::string& text) {
    std::unique_lock lock(mutex);
    return changed.wait_for(lock, std::chrono::seconds(20), [&] { return content == text; });
  }

  fs::path path;
  std::unique_ptr<Watcher> watcher;

 private:
  void report() {
    std::ifstream stream(path / "flows/order.yaml");
    std::string text(std::istreambuf_iterator<char>(stream), {});
    const std::scoped_lock lock(mutex);
    content = std::move(text);
    changed.notify_all();
  }

  std::mutex mutex;
  std::condition_variable changed;
  std::string content = "never";
};

}  // namespace

TEST_CASE("a write into a folder that was made after the start is reported") {
  Fixture fixture;
  fs::create_directory(fixture.path / "flows");
  fixture.write("flows/order.yaml", "one");
  CHECK(fixture.seen("one"));
  fixture.write("flows/order.yaml", "two");
  CHECK(fixture.seen("two"));
}

TEST_CASE("an editor's save by rename is reported, also the second time") {
  Fixture fixture;
  fs::create_directory(fixture.path / "flows");
  for (const std::string text : {"first", "second"}) {
    fixture.write("flows/.order.yaml.tmp", text);
    fs::rename(fixture.path / "flows/.order.yaml.tmp", fixture.path / "flows/order.yaml");
    CHECK(fixture.seen(text));
  }
}

TEST_CASE("the last of many quick changes is never lost") {
  Fixture fixture;
  fs::create_directory(fixture.path / "flows");
  for (int i = 0; i <= 200; ++i) fixture.write("flows/order.yaml", std::to_string(i));
  CHECK(fixture.seen("200"));
}

TEST_CASE("a deleted file is reported") {
  Fixture fixture;
  fs::create_directory(fixture.path / "flows");
  fixture.write("flows/order.yaml", "here");
  REQUIRE(fixture.seen("here"));
  fs::remove(fixture.path / "flows/order.yaml");
  CHECK(fixture.seen(""));
}

TEST_CASE("a folder that does not exist cannot be watched") {
  const auto started = Watcher::start("/nonexistent/folder", [] {});
  REQUIRE_FALSE(started.has_value());
  CHECK(started.error().code == ErrorCode::unavailable);
}

}  // namespace parley::assistant
