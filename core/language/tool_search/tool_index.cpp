#include "language/tool_search/tool_index.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "language/retrieval/hashed_vector.hpp"
#include "language/retrieval/hybrid_index.hpp"
#include "language/tool_search/tool_words.hpp"

namespace parley::language {

namespace {

// Found by trying on queries about Slack (tests/bench/tool_queries_slack.json) and on half of RestBench's.
constexpr float kByWords = 0.6F;    // the rest is the hashed vector's
constexpr float kByAnswers = 0.2F;  // on top
constexpr float kByMeaning = 0.8F;  // on top, where a model made vectors
constexpr float kOfAPart = 0.9F;    // of what a part of the task scores, beside the whole of it
constexpr std::size_t kMostParts = 5;
constexpr std::size_t kNeedy = 8;        // so many of the best are asked what they need
constexpr int kRounds = 2;               // givers need something too
constexpr float kForNeeded = 0.95F;      // of the score of the tool that needs it
constexpr float kForSecond = 0.7F;       // the same of the giver that fits second best
constexpr float kForNamed = 0.7F;        // the same of what gives a thing that the task names
constexpr float kAbove = 0.75F;          // the same of what a tool's path leads through
constexpr float kFitShare = 0.5F;        // of how well a giver fits, beside how well the task names it
constexpr std::size_t kMostEnum = 12;    // values of a parameter that say what it is about
constexpr int kAnswerDepth = 3;          // objects in objects whose members' names count
constexpr std::size_t kMostAnswer = 80;  // names

std::string first_sentence(std::string_view text) {
  return std::string(text.substr(0, text.find(". ")));
}

std::string operation_of(std::string_view name) {
  const std::size_t dot = name.find('.');
  return spaced(dot == std::string_view::npos ? name : name.substr(dot + 1));
}

// Names of parameters, and what they may be where that is said.
std::string parameter_words(const flow::ToolSignature& tool) {
  std::string out;
  const Value& properties = tool.parameters["properties"];
  if (!properties.is_map()) return out;
  for (const auto& [name, schema] : properties.entries()) {
    if (name.is_string()) out += " " + spaced(name.as_string());
    const Value& items = schema["items"];
    const Value& values = items.is_map() ? items["enum"] : schema["enum"];
    if (!values.is_list() || values.size() > kMostEnum) continue;
    for (const Value& value : values.as_list()) {
      if (value.is_string()) out += " " + spaced(value.as_string());
    }
  }
  return out;
}

void add_member_names(const Value& schema, int depth, std::size_t& room, std::string& out) {
  if (!schema.is_map() || depth > kAnswerDepth || room == 0) return;
  add_member_names(schema["items"], depth, room, out);
  for (const std::string_view several : {"allOf", "anyOf", "oneOf"}) {
    const Value& parts = schema[several];
    if (!parts.is_list()) continue;
    for (const Value& part : parts.as_list()) add_member_names(part, depth, room, out);
  }
  const Value& members = schema["properties"];
  if (!members.is_map()) return;
  for (const auto& [name, member] : members.entries()) {
    if (!name.is_string() || room == 0) continue;
    out += " " + spaced(name.as_string());
    --room;
  }
  for (const auto& [name, member] : members.entries()) add_member_names(member, depth + 1, room, out);
}

// "Pause playback, turn down the volume and go on" → three; nothing for a task of one part.
std::vector<std::string_view> parts_of(std::string_view task) {
  std::vector<std::string_view> parts;
  constexpr std::array<std::string_view, 7> kBetween{", ", "; ", ". ", "? ", " and ", " then ", " und "};
  while (!task.empty() && parts.size() < kMostParts) {
    std::size_t end = task.size();
    std::size_t taken = 0;
    for (const std::string_view between : kBetween) {
      const std::size_t at = task.find(between);
      if (at < end) {
        end = at;
        taken = between.size();
      }
    }
    if (words_of(task.substr(0, end)).size() > 1) parts.push_back(task.substr(0, end));
    task.remove_prefix(std::min(end + taken, task.size()));
  }
  if (parts.size() < 2) parts.clear();
  return parts;
}

// From 0 to 1, the best at 1.
void add_scaled(std::span<const float> from, float share, std::vector<float>& to) {
  const float most = from.empty() ? 0 : *std::ranges::max_element(from);
  if (!(most > 0)) return;
  for (std::size_t i = 0; i < from.size(); ++i) to[i] += share * std::max(from[i], 0.0F) / most;
}

constexpr WindowOptions kAlone{.reach = 0, .own_weight = 1, .passes_over_common = false};

}  // namespace

std::string meaning_text(const flow::ToolSignature& tool) {
  return operation_of(tool.name) + ": " + tool.description + (tool.about.empty() ? "" : " " + tool.about);
}

ToolIndex::ToolIndex(std::span<const flow::ToolSignature> tools, std::string locale)
    : locale_(std::move(locale)),
      graph_(tools, locale_),
      words_(kAlone),
      answers_(kAlone),
      vectors_(kHashedDimensions, VectorIndex::Keep::bytes) {
  for (const flow::ToolSignature& tool : tools) add(tool);
}

void ToolIndex::add(const flow::ToolSignature& tool) {
  const std::string operation = operation_of(tool.name);
  const std::string path = fixed_path(path_of(tool.place));
  const std::string summary = first_sentence(tool.description);
  // What a tool is called and does says more than what it takes.
  std::string text = operation + " " + operation + path;
  for (const std::string_view part : {std::string_view(summary), std::string_view(summary)})
    text += " " + std::string(part);
  text += " " + tool.description + " " + tool.about + parameter_words(tool);
  words_.add(tool_terms(text, locale_));
  std::string back;
  std::size_t room = kMostAnswer;
  add_member_names(tool.result, 1, room, back);
  answers_.add(tool_terms(back, locale_));
  vectors_.add(hashed_vector(operation + path + " " + summary, locale_));
}

void ToolIndex::score_text(std::string_view text, std::span<const float> vector, std::vector<float>& scores) {
  scores.assign(size(), 0.0F);
  const Terms terms = tool_terms(text, locale_);
  add_scaled(words_.scores(terms), kByWords, scores);
  add_scaled(vectors_.similarities(hashed_vector(text, locale_)), 1 - kByWords, scores);
  add_scaled(answers_.scores(terms), kByAnswers, scores);
  if (has_vectors() && meanings_.fits(vector))
    add_scaled(meanings_.nearness(meanings_.asked(vector), size()), kByMeaning, scores);
}

void ToolIndex::score_parts(std::string_view task) {
  for (const std::string_view part : parts_of(task)) {
    score_text(part, {}, part_);
    for (std::size_t i = 0; i < scores_.size(); ++i) scores_[i] = std::max(scores_[i], kOfAPart * part_[i]);
  }
}

// What the task speaks of without saying what is to be done with it: often the thing itself answers it.
void ToolIndex::add_what_is_named(const Terms& terms) {
  const float most = scores_.empty() ? 0 : *std::ranges::max_element(scores_);
  for (const ToolGraph::Noun noun : terms) {
    for (const std::uint32_t tool : graph_.details_of(noun))
      scores_[tool] = std::max(scores_[tool], most * kForNamed);
  }
}

// For each thing that the best need, what gives it: what fits best as that, and what the task itself names.
void ToolIndex::add_what_is_needed(const May& may) {
  const auto allowed = [&](std::uint32_t tool) { return !may || may(tool); };
  std::vector<FoundTool> more;
  for (const Match& needy : best_of(scores_, kNeedy, 0, allowed)) {
    const auto of_task = [&](std::uint32_t tool) { return scores_[tool] / needy.score; };
    for (const ToolGraph::Need& need : graph_.needs_of(needy.text)) {
      std::vector<FoundTool> givers;
      FoundTool searching;
      for (const ToolGraph::Noun noun : need) {
        for (const ToolGraph::Giver& each : graph_.givers_of(noun)) {
          if (!allowed(each.tool) || each.tool == needy.text) continue;
          const float value = kFitShare * each.fit + (1 - kFitShare) * of_task(each.tool);
          if (each.searches && value > searching.score) searching = {each.tool, value};
          givers.push_back({each.tool, value});
        }
      }
      std::ranges::sort(givers, [](const FoundTool& a, const FoundTool& b) {
        return a.score != b.score ? a.score > b.score : a.tool < b.tool;
      });
      float share = kForNeeded;
      if (searching.score > 0) {
        more.push_back({searching.tool, needy.score * share});
        share = kForSecond;
      }
      if (!givers.empty() && !(searching.score > 0 && givers.front().tool == searching.tool))
        more.push_back({givers.front().tool, needy.score * share});
    }
  }
  for (const auto& [tool, score] : more) scores_[tool] = std::max(scores_[tool], score);
}

void ToolIndex::add_what_is_above(const May& may) {
  const auto allowed = [&](std::uint32_t tool) { return !may || may(tool); };
  for (const Match& below : best_of(scores_, kNeedy, 0, allowed)) {
    for (const std::uint32_t tool : graph_.above(below.text))
      scores_[tool] = std::max(scores_[tool], below.score * kAbove);
  }
}

std::vector<FoundTool> ToolIndex::search(
    std::string_view task, std::size_t k, const May& may, std::span<const float> vector
) {
  score_text(task, vector, scores_);
  score_parts(task);
  add_what_is_named(tool_terms(task, locale_));
  for (int round = 0; round < kRounds; ++round) add_what_is_needed(may);
  add_what_is_above(may);
  std::vector<FoundTool> found;
  for (const Match& match : best_of(scores_, k, 0, [&](std::uint32_t tool) { return !may || may(tool); }))
    found.push_back({match.text, match.score});
  return found;
}

}  // namespace parley::language
