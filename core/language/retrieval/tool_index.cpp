#include "language/retrieval/tool_index.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/utf8.hpp"
#include "language/retrieval/hashed_vector.hpp"
#include "language/retrieval/hybrid_index.hpp"

namespace parley::language {

namespace {

// Found by trying on queries about Slack (tests/bench/tool_queries_slack.json).
constexpr float kByWords = 0.5F;
constexpr float kNamedAction = 1.2F;
constexpr std::size_t kNeedy = 5;             // so many of the best are asked what they need
constexpr float kForNeeded = 0.95F;           // of the score of the tool that needs it
constexpr std::size_t kProducersOfANoun = 2;  // that come along

enum Action : std::uint8_t { get = 1, create = 2, update = 4, remove = 8 };

struct ActionWords {
  std::uint8_t action;
  std::string_view words;
};
constexpr std::array kActionWords{
    ActionWords{
        get, " get show list find fetch read view see what which who when where look display retrieve how "
    },
    ActionWords{
        create, " create add make new post send write upload set put append insert open start invite "
    },
    ActionWords{update, " update change set rename edit modify turn mark replace save put move switch "},
    ActionWords{remove, " delete remove clear cancel unfollow kick leave drop revoke take unsave "},
};

// "getMovie_credits" → "get Movie credits"
std::string spaced(std::string_view name) {
  std::string out;
  const auto is_upper = [](char c) { return c >= 'A' && c <= 'Z'; };
  const auto is_lower = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  for (std::size_t i = 0; i < name.size(); ++i) {
    const char c = name[i];
    if (is_upper(c) && i > 0 && is_lower(name[i - 1])) out += ' ';
    out += is_upper(c) || is_lower(c) || static_cast<unsigned char>(c) >= 0x80 ? c : ' ';
  }
  return out;
}

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  for (const char c : to_lower(spaced(text)) + " ") {
    if (c != ' ') {
      word += c;
    } else if (!word.empty()) {
      words.push_back(std::exchange(word, {}));
    }
  }
  return words;
}

std::string first_sentence(std::string_view text) {
  return std::string(text.substr(0, text.find(". ")));
}

std::uint8_t actions_in(std::string_view text, std::size_t most_words) {
  std::uint8_t found = 0;
  for (const std::string& word : words_of(text)) {
    if (most_words-- == 0) break;
    for (const ActionWords& each : kActionWords) {
      if (each.words.contains(" " + word + " ")) found |= each.action;
    }
  }
  return found;
}

std::uint8_t action_of_method(std::string_view place) {
  if (place.starts_with("POST")) return create;
  if (place.starts_with("PUT") || place.starts_with("PATCH")) return update;
  if (place.starts_with("DELETE")) return remove;
  return get;
}

std::string_view path_of(std::string_view place) {
  const std::size_t space = place.find(' ');
  return space == std::string_view::npos ? std::string_view() : place.substr(space + 1);
}

std::vector<std::string_view> segments_of(std::string_view path) {
  std::vector<std::string_view> segments;
  while (!path.empty()) {
    const std::size_t end = std::min(path.find('/'), path.size());
    if (end > 0) segments.push_back(path.substr(0, end));
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  return segments;
}

// Without what stands for identifiers.
std::string fixed_path(std::string_view path) {
  std::string out;
  for (const std::string_view segment : segments_of(path)) {
    if (!segment.starts_with('{')) out += " " + spaced(segment);
  }
  return out;
}

std::string operation_of(std::string_view name) {
  const std::size_t dot = name.find('.');
  return spaced(dot == std::string_view::npos ? name : name.substr(dot + 1));
}

bool searches(std::string_view names) {
  const std::string all = " " + to_lower(names) + " ";
  return std::ranges::any_of(
      std::array<std::string_view, 4>{"list", "search", "find", "lookup"},
      [&](std::string_view word) { return all.contains(word); }
  );
}

bool needs_something(const flow::ToolSignature& tool) {
  const Value& required = tool.parameters["required"];
  return required.is_list() && required.size() > 0;
}

std::string parameter_names(const flow::ToolSignature& tool) {
  std::string out;
  const Value& properties = tool.parameters["properties"];
  if (!properties.is_map()) return out;
  for (const auto& [name, schema] : properties.entries()) {
    if (name.is_string()) out += " " + spaced(name.as_string());
  }
  return out;
}

// The last word that is no "id" or "name".
std::string noun_in(std::string_view name) {
  std::vector<std::string> words = words_of(name);
  std::erase_if(words, [](const std::string& word) {
    return word == "id" || word == "ids" || word == "name" || word == "uri" || word == "key";
  });
  return words.empty() ? std::string() : words.back();
}

// From 0 to 1, the best at 1.
void add_scaled(std::span<const float> from, float share, std::vector<float>& to) {
  const float most = from.empty() ? 0 : *std::ranges::max_element(from);
  if (!(most > 0)) return;
  for (std::size_t i = 0; i < from.size(); ++i) to[i] += share * std::max(from[i], 0.0F) / most;
}

}  // namespace

ToolIndex::ToolIndex(std::span<const flow::ToolSignature> tools, std::string locale)
    : locale_(std::move(locale)),
      words_({.reach = 0, .own_weight = 1, .passes_over_common = false}),
      vectors_(kHashedDimensions, VectorIndex::Keep::bytes) {
  for (const flow::ToolSignature& tool : tools) add(tool);
  keep_best_producers();
}

std::vector<ToolIndex::Noun> ToolIndex::nouns_of(std::string_view words) const {
  std::vector<Noun> nouns = terms_of(words, locale_);
  std::ranges::sort(nouns);
  const auto doubles = std::ranges::unique(nouns);
  nouns.erase(doubles.begin(), doubles.end());
  return nouns;
}

void ToolIndex::add(const flow::ToolSignature& tool) {
  const std::string operation = operation_of(tool.name);
  const std::string path = fixed_path(path_of(tool.place));
  const std::string summary = first_sentence(tool.description);
  // What a tool is called and does says more than what it takes.
  std::string text = operation + " " + operation + path;
  for (const std::string_view part : {std::string_view(summary), std::string_view(summary)})
    text += " " + std::string(part);
  text += " " + tool.description + parameter_names(tool);
  words_.add(terms_of(text, locale_));
  vectors_.add(hashed_vector(operation + path + " " + summary, locale_));
  actions_.push_back(action_of_method(tool.place) | actions_in(operation + " " + summary, 8));

  std::string needed;
  const auto segments = segments_of(path_of(tool.place));
  for (std::size_t i = 1; i < segments.size(); ++i) {
    if (segments[i].starts_with('{')) needed += " " + noun_in(segments[i - 1]);
  }
  if (const Value& required = tool.parameters["required"]; required.is_list()) {
    for (const Value& name : required.as_list()) {
      if (name.is_string()) needed += " " + noun_in(name.as_string());
    }
  }
  needs_.push_back(nouns_of(needed));
  add_producer(tool, operation + path, summary);
}

// What lists or searches things without having to know one.
void ToolIndex::add_producer(
    const flow::ToolSignature& tool, std::string_view names, std::string_view summary
) {
  const bool looks = searches(names);
  const bool reads = action_of_method(tool.place) == get || tool.effect == "read";
  if (!(reads || looks) || (needs_something(tool) && !looks) || tool.place.contains('{')) return;
  const auto id = static_cast<std::uint32_t>(actions_.size() - 1);
  const std::vector<Noun> named = nouns_of(names);
  const std::vector<Noun> told = nouns_of(summary);
  const float base = (looks || searches(summary) ? 1.0F : 0.0F) - 0.1F * static_cast<float>(named.size());
  const auto put = [&](Noun noun, float fit) { producers_[noun].push_back({base + fit, id}); };
  for (const Noun noun : named) put(noun, std::ranges::binary_search(told, noun) ? 3.0F : 2.0F);
  for (const Noun noun : told) {
    if (!std::ranges::binary_search(named, noun)) put(noun, 1.0F);
  }
}

void ToolIndex::keep_best_producers() {
  for (auto& [noun, all] : producers_) {
    std::ranges::sort(all, [](const Producer& a, const Producer& b) {
      return a.fit != b.fit ? a.fit > b.fit : a.tool < b.tool;
    });
    if (all.size() > kProducersOfANoun) all.resize(kProducersOfANoun);
  }
}

void ToolIndex::add_what_is_needed(const std::function<bool(std::uint32_t)>& may) {
  const auto allowed = [&](std::uint32_t tool) { return !may || may(tool); };
  std::vector<std::pair<std::uint32_t, float>> more;
  for (const Match& needy : best_of(scores_, kNeedy, 0, allowed)) {
    for (const Noun noun : needs_[needy.text]) {
      const auto found = producers_.find(noun);
      if (found == producers_.end()) continue;
      for (const Producer& each : found->second) more.emplace_back(each.tool, needy.score * kForNeeded);
    }
  }
  for (const auto& [tool, score] : more) scores_[tool] = std::max(scores_[tool], score);
}

std::vector<FoundTool> ToolIndex::search(
    std::string_view task, std::size_t k, const std::function<bool(std::uint32_t)>& may
) {
  scores_.assign(size(), 0.0F);
  add_scaled(words_.scores(terms_of(task, locale_)), kByWords, scores_);
  add_scaled(vectors_.similarities(hashed_vector(task, locale_)), 1 - kByWords, scores_);
  const std::uint8_t wanted = actions_in(task, SIZE_MAX);
  for (std::size_t i = 0; i < scores_.size(); ++i) {
    if ((actions_[i] & wanted) != 0) scores_[i] *= kNamedAction;
  }
  add_what_is_needed(may);
  std::vector<FoundTool> found;
  for (const Match& match : best_of(scores_, k, 0, [&](std::uint32_t tool) { return !may || may(tool); }))
    found.push_back({match.text, match.score});
  return found;
}

}  // namespace parley::language
