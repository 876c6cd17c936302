#include "language/tool_search/tool_graph.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "language/tool_search/tool_words.hpp"

namespace parley::language {
namespace {

constexpr std::size_t kMostGivers = 8;  // of one noun

bool is_bare(std::string_view word) {
  constexpr std::array<std::string_view, 12> kBare{
      "id", "ids", "uri", "uris", "name", "key", "keys", "uuid", "gid", "sid", "slug", "number"
  };
  return std::ranges::find(kBare, word) != kBare.end();
}

// "playlist_id" → "playlist"; empty for "id".
std::string noun_in(std::string_view name) {
  std::vector<std::string> words = words_of(name);
  std::erase_if(words, is_bare);
  return words.empty() ? std::string() : words.back();
}

bool names_identifiers(std::string_view name) {
  const std::vector<std::string> words = words_of(name);
  return std::ranges::any_of(words, [](const std::string& word) { return word != "name" && is_bare(word); });
}

bool searches(std::string_view names) {
  static constexpr std::array<std::string_view, 5> kSearching{"list", "search", "find", "lookup", "query"};
  return std::ranges::any_of(words_of(names), [](const std::string& word) {
    return std::ranges::find(kSearching, word) != kSearching.end();
  });
}

bool is_choice(const flow::ToolSignature& tool, std::string_view parameter) {
  const Value& properties = tool.parameters["properties"];
  return properties.is_map() && properties[parameter]["enum"].is_list();
}

std::string last_noun(std::string_view path) {
  std::string last;
  for (const std::string_view segment : segments_of(path)) {
    if (!segment.starts_with('{')) last = segment;
  }
  return noun_in(last);
}

std::string operation_of(std::string_view name) {
  const std::size_t dot = name.find('.');
  return spaced(dot == std::string_view::npos ? name : name.substr(dot + 1));
}

Terms sorted_once(Terms terms) {
  std::ranges::sort(terms);
  const auto doubles = std::ranges::unique(terms);
  terms.erase(doubles.begin(), doubles.end());
  return terms;
}

// It is told in words what to look for.
bool takes_words(const flow::ToolSignature& tool) {
  constexpr static std::array<std::string_view, 9> kWords{
      "q", "query", "search", "text", "name", "term", "keyword", "jql", "email"
  };
  const Value& properties = tool.parameters["properties"];
  return properties.is_map() && std::ranges::any_of(properties.entries(), [](const Value::Entry& each) {
           return each.key.is_string() && std::ranges::find(kWords, each.key.as_string()) != kWords.end();
         });
}

// "{playlist_id}", but not "{time_window}" that is one of a few words.
bool stands_for_identifier(const flow::ToolSignature& tool, std::string_view segment) {
  if (!segment.starts_with('{') || !segment.ends_with('}')) return false;
  return !is_choice(tool, segment.substr(1, segment.size() - 2));
}

bool needs_identifiers(const flow::ToolSignature& tool) {
  for (const std::string_view segment : segments_of(path_of(tool.place))) {
    if (stands_for_identifier(tool, segment)) return true;
  }
  const Value& required = tool.parameters["required"];
  return required.is_list() && std::ranges::any_of(required.as_list(), [](const Value& name) {
           return name.is_string() && names_identifiers(name.as_string());
         });
}

}  // namespace

ToolGraph::ToolGraph(std::span<const flow::ToolSignature> tools, std::string_view locale) {
  add_above(tools);
  for (std::uint32_t i = 0; i < tools.size(); ++i) {
    add_needs(tools[i], locale);
    add_details(i, tools[i], locale);
    add_givings(i, tools[i], locale);
  }
  for (auto& [noun, all] : givers_) {
    std::ranges::sort(all, [](const Giver& a, const Giver& b) {
      return a.fit != b.fit ? a.fit > b.fit : a.tool < b.tool;
    });
    if (all.size() > kMostGivers) all.resize(kMostGivers);
    const float most = all.front().fit;
    for (Giver& each : all) each.fit /= most;
  }
}

std::span<const ToolGraph::Giver> ToolGraph::givers_of(Noun noun) const {
  const auto found = givers_.find(noun);
  return found == givers_.end() ? std::span<const Giver>() : found->second;
}

std::span<const std::uint32_t> ToolGraph::details_of(Noun noun) const {
  const auto found = details_.find(noun);
  return found == details_.end() ? std::span<const std::uint32_t>() : found->second;
}

// "GET /artists/{id}", with nothing else to be known.
void ToolGraph::add_details(std::uint32_t number, const flow::ToolSignature& tool, std::string_view locale) {
  const auto segments = segments_of(path_of(tool.place));
  if (!only_gets(tool.place) || segments.size() < 2) return;
  if (!stands_for_identifier(tool, segments.back())) return;
  if (std::ranges::count_if(segments, [](std::string_view s) { return s.starts_with('{'); }) != 1) return;
  for (const Noun noun : sorted_once(tool_terms(noun_in(segments[segments.size() - 2]), locale)))
    details_[noun].push_back(number);
}

// By the paths of those that give one thing.
void ToolGraph::add_above(std::span<const flow::ToolSignature> tools) {
  std::unordered_map<std::string_view, std::uint32_t> details;
  for (std::uint32_t i = 0; i < tools.size(); ++i) {
    const std::string_view path = path_of(tools[i].place);
    if (only_gets(tools[i].place) && path.ends_with('}')) details.emplace(path, i);
  }
  for (const flow::ToolSignature& tool : tools) {
    std::vector<std::uint32_t> found;
    const std::string_view path = path_of(tool.place);
    for (std::size_t end = path.find("}/"); end != std::string_view::npos; end = path.find("}/", end + 1)) {
      if (const auto one = details.find(path.substr(0, end + 1)); one != details.end())
        found.push_back(one->second);
    }
    above_.push_back(std::move(found));
  }
}

void ToolGraph::add_needs(const flow::ToolSignature& tool, std::string_view locale) {
  std::vector<Need> needs;
  const auto add = [&](const std::string& nouns) {
    Need need = sorted_once(tool_terms(nouns, locale));
    if (!need.empty() && std::ranges::find(needs, need) == needs.end()) needs.push_back(std::move(need));
  };
  const std::string_view path = path_of(tool.place);
  const auto segments = segments_of(path);
  std::string in_path;
  for (std::size_t i = 0; i < segments.size(); ++i) {
    if (!stands_for_identifier(tool, segments[i])) continue;
    const std::string own = noun_in(segments[i]);
    const std::string before =
        i > 0 && !segments[i - 1].starts_with('{') ? noun_in(segments[i - 1]) : std::string();
    add(own.empty() ? before : own + " " + before);
    in_path += std::string(segments[i]);
  }
  const auto argument = [&](std::string_view name, bool required) {
    if (in_path.contains("{" + std::string(name) + "}") || is_choice(tool, name)) return;
    const std::string own = noun_in(name);
    if (!own.empty() && (required || names_identifiers(name))) return add(own);
    // What is only called "ids" are those of what the path ends with.
    if (own.empty() && (required || !only_gets(tool.place))) add(last_noun(path));
  };
  const Value& required = tool.parameters["required"];
  if (required.is_list()) {
    for (const Value& name : required.as_list()) {
      if (name.is_string()) argument(name.as_string(), true);
    }
  }
  const Value& properties = tool.parameters["properties"];
  if (properties.is_map() && !only_gets(tool.place)) {
    for (const auto& [name, schema] : properties.entries()) {
      if (name.is_string() && names_identifiers(name.as_string()) && noun_in(name.as_string()).empty())
        argument(name.as_string(), false);
    }
  }
  needs_.push_back(std::move(needs));
}

void ToolGraph::add_givings(std::uint32_t number, const flow::ToolSignature& tool, std::string_view locale) {
  const std::string names = operation_of(tool.name) + fixed_path(path_of(tool.place));
  const bool looks = searches(names);
  const bool reads = only_gets(tool.place) || tool.effect == "read";
  if (!(reads || looks) || needs_identifiers(tool)) return;
  std::unordered_map<Noun, float> fits;
  const auto give = [&](std::string_view text, float fit) {
    for (const Noun noun : sorted_once(tool_terms(text, locale))) fits[noun] = std::max(fits[noun], fit);
  };
  const std::string summary = tool.description.substr(0, tool.description.find(". "));
  const Terms told = sorted_once(tool_terms(summary, locale));
  const Terms named = sorted_once(tool_terms(names, locale));
  // What its answer holds is known, or it is told by what it is called.
  const bool known = tool.result.is_map();
  for (const Noun noun : named)
    fits[noun] = known ? 1.0F : std::ranges::binary_search(told, noun) ? 3.0F : 2.0F;
  give(summary, 1.0F);
  for (const flow::GivenThing& thing : tool.gives) {
    const float fit = 3.5F - 0.5F * static_cast<float>(thing.depth);
    give(thing.name.empty() ? last_noun(path_of(tool.place)) : spaced(thing.name), fit);
  }
  const bool by_words = looks && takes_words(tool);
  const float base = (looks || searches(summary) ? 1.5F : 0.5F) -
                     0.05F * static_cast<float>(std::min<std::size_t>(named.size(), 10));
  for (const auto& [noun, fit] : fits) {
    if (base + fit > 0) givers_[noun].push_back({number, base + fit, by_words && fit >= 3});
  }
}

}  // namespace parley::language
