// How well and how fast tools are found. Prints one JSON object. usage: tool_search [DOCUMENT QUERIES]…
// DOCUMENT describes a service, in JSON; QUERIES a list of {query, solution: ["GET /path" or "/path"]}, the
// form of RestBench (Song et al., RestGPT, 2023), whose files may be given as they are. Queries 1, 3, 5… are
// told apart from 2, 4, 6…: only the first are looked at while the search is worked on. With --misses, what
// was not found among ten for those is printed to the standard error. Times are over 5,000 tools: those
// given, again and again under other names.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "language/tool_search/tool_index.hpp"
#include "wire/description.hpp"
#include "wire/tool_signature.hpp"

namespace {

using namespace parley;
using Clock = std::chrono::steady_clock;
constexpr std::size_t kMany = 5'000;
constexpr std::size_t kDepths[3] = {5, 10, 20};

Value contents(const char* path) {
  std::ifstream in(path);
  return parse_json(std::string(std::istreambuf_iterator<char>(in), {})).value_or(Value());
}

std::string trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return std::string(text);
}

bool is_place(const std::string& place, const std::string& wanted) {
  return wanted.starts_with('/') ? place.substr(place.find(' ') + 1) == wanted : place == wanted;
}

double milliseconds_since(Clock::time_point begun) {
  return std::chrono::duration<double, std::milli>(Clock::now() - begun).count();
}

std::vector<flow::ToolSignature> tools_of(const char* path) {
  std::vector<flow::ToolSignature> tools;
  const auto connector = wire::compile_description(contents(path), {.connector = "s"});
  if (!connector) return tools;
  for (const wire::Tool& tool : connector->tools) tools.push_back(wire::signature_of(tool));
  return tools;
}

struct Recall {
  std::size_t queries = 0;
  double at[3] = {0, 0, 0};
};

class Measured {
 public:
  Measured(const std::vector<flow::ToolSignature>& tools, bool tells_misses)
      : tools_(tools), index_(tools), tells_misses_(tells_misses) {}

  void ask(const Value& query, Recall& recall, bool shown) {
    const auto found = index_.search(query.text("query"), kDepths[2]);
    ++recall.queries;
    for (std::size_t d = 0; d < 3; ++d) {
      const auto end = found.begin() + static_cast<std::ptrdiff_t>(std::min(found.size(), kDepths[d]));
      std::string missed;
      std::size_t hits = 0;
      for (const Value& each : query["solution"].as_list()) {
        const std::string wanted = trimmed(each.as_string());
        const bool hit = std::any_of(found.begin(), end, [&](const auto& one) {
          return is_place(tools_[one.tool].place, wanted);
        });
        hits += hit ? 1 : 0;
        if (!hit) missed += " " + wanted;
      }
      recall.at[d] += static_cast<double>(hits) / static_cast<double>(query["solution"].size());
      if (d != 1 || missed.empty() || !shown || !tells_misses_) continue;
      std::fprintf(stderr, "%s\n  missed:%s\n", std::string(query.text("query")).c_str(), missed.c_str());
      for (auto one = found.begin(); one != end; ++one)
        std::fprintf(
            stderr, "    %.2f %s\n", static_cast<double>(one->score), tools_[one->tool].place.c_str()
        );
    }
  }

 private:
  const std::vector<flow::ToolSignature>& tools_;
  language::ToolIndex index_;
  bool tells_misses_;
};

void print_recall(const char* name, const Recall& recall) {
  const auto queries = static_cast<double>(std::max<std::size_t>(recall.queries, 1));
  std::printf(
      ",\"%s\":{\"queries\":%zu,\"recall@5\":%.3f,\"recall@10\":%.3f,\"recall@20\":%.3f}",
      name,
      recall.queries,
      recall.at[0] / queries,
      recall.at[1] / queries,
      recall.at[2] / queries
  );
}

void measure_many(const std::vector<flow::ToolSignature>& all, const std::vector<std::string>& asked) {
  std::vector<flow::ToolSignature> many;
  while (many.size() < kMany) {
    many.push_back(all[many.size() % all.size()]);
    many.back().name += std::to_string(many.size());
  }
  auto begun = Clock::now();
  language::ToolIndex index(many);
  const double made = milliseconds_since(begun);
  std::vector<double> times;
  for (int round = 0; round < 5; ++round) {
    for (const std::string& query : asked) {
      begun = Clock::now();
      (void)index.search(query, 10);
      times.push_back(milliseconds_since(begun));
    }
  }
  std::sort(times.begin(), times.end());
  std::printf(
      ",\"many\":{\"tools\":%zu,\"index_ms\":%.1f,\"search_ms_p50\":%.3f,\"search_ms_p99\":%.3f}",
      many.size(),
      made,
      times[times.size() / 2],
      times[times.size() * 99 / 100]
  );
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<flow::ToolSignature> all;
  std::vector<std::string> asked;
  // With --misses the times are left out: it is for looking, in any build.
  const bool tells_misses = argc > 1 && std::string_view(argv[1]) == "--misses";
  const int first = tells_misses ? 2 : 1;
  std::printf("{\"sets\":[");
  for (int i = first; i + 1 < argc; i += 2) {
    const std::vector<flow::ToolSignature> tools = tools_of(argv[i]);
    const Value queries = contents(argv[i + 1]);
    if (tools.empty() || !queries.is_list() || queries.size() == 0) {
      std::fprintf(stderr, "cannot read %s and %s\n", argv[i], argv[i + 1]);
      return 2;
    }
    Measured measured(tools, tells_misses);
    Recall halves[2];
    for (std::size_t each = 0; each < queries.size(); ++each) {
      measured.ask(queries.as_list()[each], halves[each % 2], each % 2 == 0);
      asked.emplace_back(queries.as_list()[each].text("query"));
    }
    Recall both{.queries = queries.size()};
    for (std::size_t d = 0; d < 3; ++d) both.at[d] = halves[0].at[d] + halves[1].at[d];
    std::printf("%s{\"tools\":%zu", i == first ? "" : ",", tools.size());
    print_recall("all", both);
    print_recall("looked_at", halves[0]);
    print_recall("held_back", halves[1]);
    std::printf("}");
    all.insert(all.end(), tools.begin(), tools.end());
  }
  std::printf("]");
  if (!all.empty() && !tells_misses) measure_many(all, asked);
  std::printf("}\n");
  return 0;
}
