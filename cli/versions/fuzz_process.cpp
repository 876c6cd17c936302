#include "cli/versions/fuzz_process.hpp"

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <functional>
#include <utility>

#include "assistant/testing/test_writer.hpp"
#include "assistant/yaml.hpp"

namespace parley::cli {
namespace {

constexpr std::uint64_t kConversationsOfBatch = 5'000;

// Runs `work` in a child; what it writes is the answer. `died` is true when it ended otherwise than by
// returning.
struct ChildOutcome {
  std::string text;
  bool died = false;
};

ChildOutcome in_child(const std::function<void(int pipe)>& work) {
  std::array<int, 2> ends{};
  INVARIANT(::pipe(ends.data()) == 0, "a pipe can be made");
  std::fflush(nullptr);
  const pid_t child = ::fork();
  INVARIANT(child >= 0, "a process can be made");
  if (child == 0) {
    ::close(ends[0]);
    // The reason of an abort is told by the parent; the child's own words would come once for each try.
    if (std::freopen("/dev/null", "w", stderr) == nullptr) ::_exit(2);
    work(ends[1]);
    ::_exit(0);
  }
  ::close(ends[1]);
  ChildOutcome outcome;
  std::array<char, 4096> buffer{};
  for (ssize_t size = 0; (size = ::read(ends[0], buffer.data(), buffer.size())) > 0;)
    outcome.text.append(buffer.data(), static_cast<std::size_t>(size));
  ::close(ends[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  outcome.died = !WIFEXITED(status) || WEXITSTATUS(status) != 0;
  return outcome;
}

void write_all(int pipe, std::string_view text) {
  while (!text.empty()) {
    const ssize_t size = ::write(pipe, text.data(), text.size());
    if (size <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(size));
  }
}

// Plays in a child, so that also lines that end it can be tried again and again.
std::string finding_of(const assistant::FuzzWorld& world, std::span<const assistant::Line> lines) {
  const ChildOutcome outcome =
      in_child([&](int pipe) { write_all(pipe, assistant::check_dialogue(world, lines).finding); });
  return outcome.died ? "the engine breaks off: an invariant of its own does not hold" : outcome.text;
}

// The lines of a conversation, also of one that ends the process.
std::vector<assistant::Line> lines_of(
    const assistant::FuzzWorld& world, std::uint64_t seed, std::uint32_t turns_of_one
) {
  const ChildOutcome outcome = in_child([&](int pipe) {
    write_all(pipe, "tests:\n  - name: lines\n    dialogue:\n");
    (void)assistant::random_dialogue(world, seed, turns_of_one, [&](const assistant::Line& line) {
      write_all(pipe, assistant::write_line(line));
    });
  });
  flow::Diagnostics diagnostics;
  const auto document = assistant::read_yaml(outcome.text, "lines", diagnostics);
  if (!document) return {};
  auto tests = assistant::read_tests(*document, "lines", diagnostics);
  return tests.empty() ? std::vector<assistant::Line>{} : std::move(tests.front().lines);
}

// Shared with the child while it plays.
struct Progress {
  std::uint64_t conversations = 0;
  std::uint64_t turns = 0;
  std::uint64_t events = 0;
  bool failed = false;
};

}  // namespace

FuzzBatch play_batch(
    const assistant::FuzzWorld& world,
    std::uint64_t first_seed,
    std::uint64_t turns,
    std::uint32_t turns_of_one
) {
  void* shared = ::mmap(nullptr, sizeof(Progress), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  INVARIANT(shared != MAP_FAILED, "a page of memory can be shared");
  auto* progress = new (shared) Progress;
  const ChildOutcome outcome = in_child([&](int) {
    while (progress->turns < turns && progress->conversations < kConversationsOfBatch) {
      const auto dialogue =
          assistant::random_dialogue(world, first_seed + progress->conversations, turns_of_one);
      progress->turns += dialogue.turns;
      progress->events += dialogue.events;
      progress->failed = !dialogue.finding.empty();
      if (progress->failed) return;
      ++progress->conversations;
    }
  });
  FuzzBatch batch{progress->conversations, progress->turns, progress->events, std::nullopt};
  if (outcome.died || progress->failed) batch.failed_seed = first_seed + batch.conversations;
  ::munmap(shared, sizeof(Progress));
  return batch;
}

FuzzFinding explain(const assistant::FuzzWorld& world, std::uint64_t seed, std::uint32_t turns_of_one) {
  FuzzFinding finding{.seed = seed, .lines = lines_of(world, seed, turns_of_one)};
  finding.what = finding_of(world, finding.lines);
  if (finding.what.empty()) {
    finding.what = "this conversation failed once, but not when it was played again from its lines";
    return finding;
  }
  finding.lines = assistant::shrink(std::move(finding.lines), [&](std::span<const assistant::Line> lines) {
    return finding_of(world, lines) == finding.what;
  });
  return finding;
}

}  // namespace parley::cli
