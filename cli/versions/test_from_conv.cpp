// parley conv to-test: a stored conversation as a conversation test.
#include <algorithm>
#include <variant>

#include "assistant/testing/dialogue.hpp"
#include "assistant/testing/test_recorder.hpp"
#include "assistant/testing/test_writer.hpp"
#include "assistant/yaml.hpp"
#include "cli/command_files.hpp"
#include "cli/data_folder.hpp"
#include "cli/terminal.hpp"

namespace parley::cli {
namespace {

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

// The release of the conversation's last turn; earlier ones ran only while no flow was open.
std::string_view release_of(const std::vector<engine::Event>& events) {
  std::string_view hash;
  for (const engine::Event& event : events) {
    if (const auto* started = std::get_if<engine::ConversationStarted>(&event.body)) hash = started->release;
    if (const auto* adopted = std::get_if<engine::ReleaseAdopted>(&event.body)) hash = adopted->release;
  }
  return hash;
}

// Why the written test does not pass, read back as `parley test` would; empty when it does.
std::string failure_of(const std::string& yaml, const engine::Release& release) {
  flow::Diagnostics diagnostics;
  const auto document = assistant::read_yaml(yaml, "test", diagnostics);
  if (!document) return "it cannot be read back";
  const auto tests = assistant::read_tests(*document, "test", diagnostics);
  if (tests.size() != 1) return "it cannot be read back";
  const auto result =
      assistant::play(tests.front(), release, [](std::string_view tool, const Value&) -> Result<Value> {
        return fail(ErrorCode::not_found, std::string(tool) + " has no recorded answer", "not_recorded");
      });
  return result.failures.empty() ? std::string() : result.failures.front().message;
}

int run(const Arguments& arguments) {
  const std::string id = arguments.text("ID");
  auto data = DataFolder::open(arguments);
  if (!data) return report(data.error(), kExitConfiguration);
  const auto events = data->events(id);
  if (!events)
    return report(
        events.error(), events.error().code == ErrorCode::not_found ? kExitFindings : kExitConfiguration
    );
  const auto release = data->release(release_of(*events));
  if (!release) return report(release.error(), kExitConfiguration);

  const auto recorded = assistant::record_test(arguments.text("--name", "as in " + id), *events, **release);
  std::string comment;
  if (!recorded.replaced.empty())
    comment += "Sensitive values were replaced: " + joined(recorded.replaced) + ".\n";
  if (!recorded.left_out.empty())
    comment += "Events that a test cannot tell were left out: " + joined(recorded.left_out) + ".\n";
  const std::string yaml = assistant::write_test(recorded.test, comment);
  print(yaml);
  if (!comment.empty()) note(comment.substr(0, comment.size() - 1));
  const std::string why = failure_of(yaml, **release);
  if (why.empty()) return kExitOk;
  return report(
      {ErrorCode::internal,
       "the test does not pass on the flows of the conversation: " + why,
       {},
       "change the line it names by hand"},
      kExitFindings
  );
}

constexpr Option kOptions[] = {
    {"ID", "", "The conversation.", true},
    {"--name", "TEXT", "The test's name."},
    kDbOption,
    kDataDirOption,
};

}  // namespace

constinit const Command kConvToTest{
    "conv to-test",
    "Print a stored conversation as a conversation test",
    "What the user, the operators and the tools did, time that passed, and what the bot must say. Values\n"
    "of sensitive slots are replaced, which is said. The test is played on the flows that the\n"
    "conversation ran on before this command ends; exit code 1 when it does not pass there.",
    kOptions,
    "parley conv to-test c_01kaq2t9v6s8m3n5r7w1x4y0zb > tests/lost_order.yaml",
    run,
};

}  // namespace parley::cli
