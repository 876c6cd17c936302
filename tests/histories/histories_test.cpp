// The promise to those who run Parley: a conversation that was recorded by an earlier version gives the same
// effects and the same state on this one, byte for byte. See history.hpp for the files.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "assistant/testing/stage.hpp"
#include "engine/advance.hpp"
#include "tests/histories/history.hpp"

namespace {

using namespace parley;

struct Histories {
  std::map<std::string, engine::ReleasePtr, std::less<>> releases;
  std::vector<Value> conversations;
};

const Histories& recorded() {
  static const Histories all = [] {
    Histories read;
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(PARLEY_SOURCE_DIR "/tests/histories")) {
      if (entry.path().extension() == ".jsonl") files.push_back(entry.path());
    }
    std::ranges::sort(files);
    for (const auto& file : files) {
      std::ifstream in(file);
      for (std::string line; std::getline(in, line);) {
        auto value = line.starts_with("{\"release\"") ? parse_json(line) : parse_typed(line);
        REQUIRE_MESSAGE(value.has_value(), file.string());
        if (value->find("flows") == nullptr) {
          read.conversations.push_back(*std::move(value));
          continue;
        }
        std::string why;
        auto release = histories::read_release(*value, why);
        CHECK_MESSAGE(release != nullptr, file.string() << ": " << value->text("release") << ": " << why);
        read.releases.emplace(value->text("release"), std::move(release));
      }
    }
    return read;
  }();
  return all;
}

// What differs first, or empty.
std::string difference(const Value& history, assistant::Visits& visits) {
  const auto release = recorded().releases.find(history.text("release"));
  if (release == recorded().releases.end() || release->second == nullptr) return "its release is unknown";
  const auto events = history["events"].as_list();
  const auto effects = history["effects"].as_list();
  if (events.size() != effects.size()) return "it has not one digest for each event";
  engine::State state;
  for (std::size_t i = 0; i < events.size(); ++i) {
    const auto event = engine::event_from(events[i]);
    if (!event) return "event " + std::to_string(i + 1) + " cannot be read: " + event.error().message;
    engine::Effects now;
    std::vector<engine::Visit> ran;
    engine::advance(*release->second, state, *event, now, &ran);
    assistant::add_visits(visits, ran);
    if (histories::digest(now) == effects[i].as_string()) continue;
    ListBuilder list;
    for (const engine::Effect& effect : now) list.add(engine::to_value(effect));
    return "event " + std::to_string(i + 1) + ", " + write_typed(events[i]) +
           ", has other effects now: " + write_typed(list.build());
  }
  return engine::state_hash(state) == history.text("state") ? "" : "the state at the end is another";
}

}  // namespace

TEST_CASE("every recorded conversation replays to the same bytes") {
  assistant::Visits visits;
  for (const Value& history : recorded().conversations) {
    INFO(history.text("name"));
    CHECK(difference(history, visits) == "");
  }
}

TEST_CASE("the histories are many, and reach every type of step and every repair") {
  CHECK(recorded().conversations.size() >= 200);
  assistant::Visits visits;
  for (const Value& history : recorded().conversations) (void)difference(history, visits);
  std::set<std::string, std::less<>> types;
  std::set<std::string, std::less<>> flows;
  for (const auto& [hash, release] : recorded().releases) {
    for (const auto& [where, counts] : visits) {
      const flow::Flow* flow = release == nullptr ? nullptr : release->find(where.first);
      if (flow == nullptr || where.second >= flow->steps.size() || counts.runs == 0) continue;
      types.emplace(flow->steps[where.second].spec->type);
      flows.insert(where.first);
    }
  }
  for (const engine::StepType* type : engine::step_types()) {
    INFO(type->spec.type);
    CHECK(types.contains(type->spec.type));
  }
  for (const std::string_view repair : flow::handler_names()) {
    // Needs a conversation that changes its release, and a history is recorded on one.
    if (repair == "flow_changed") continue;
    const std::string id = "repair." + std::string(repair);
    const bool exists = engine::make_release({})->find(id) != nullptr;
    INFO(id);
    CHECK((!exists || flows.contains(id)));
  }
}

TEST_CASE("a changed byte is noticed") {
  REQUIRE_FALSE(recorded().conversations.empty());
  Value history = recorded().conversations.front();
  std::string text = write_typed(history);
  const std::string digest(history["effects"].as_list().front().as_string());
  text.replace(text.find(digest), 1, digest.starts_with('0') ? "1" : "0");
  assistant::Visits visits;
  CHECK(difference(*parse_typed(text), visits) != "");
}
