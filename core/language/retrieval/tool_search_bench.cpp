// How well and how fast tools are found. Prints one JSON object. usage: tool_search_bench [TOOLS QUERIES]…
// TOOLS is what `parley tool compile DOCUMENT` prints; QUERIES a list of {query, solution: ["GET /path" or
// "/path"]}, the form of RestBench (Song et al., RestGPT, 2023), whose files may be given as they are. Times
// are over 5,000 tools: those given, again and again under other names.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "language/retrieval/tool_index.hpp"

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

std::vector<flow::ToolSignature> tools_of(const Value& list) {
  std::vector<flow::ToolSignature> tools;
  for (const Value& tool : list.as_list()) {
    flow::ToolSignature signature{
        .name = "s." + std::string(tool.text("name")), .parameters = tool["parameters"]
    };
    signature.description = tool.text("description");
    signature.place = std::string(tool.text("method")) + " " + std::string(tool.text("path"));
    tools.push_back(std::move(signature));
  }
  return tools;
}

struct Recall {
  double at[3] = {0, 0, 0};
};

Recall measure(const std::vector<flow::ToolSignature>& tools, const Value& queries) {
  language::ToolIndex index(tools);
  Recall recall;
  for (const Value& query : queries.as_list()) {
    const auto found = index.search(query.text("query"), kDepths[2]);
    for (std::size_t d = 0; d < 3; ++d) {
      std::size_t hits = 0;
      for (const Value& each : query["solution"].as_list()) {
        const std::string wanted = trimmed(each.as_string());
        const auto end = found.begin() + static_cast<std::ptrdiff_t>(std::min(found.size(), kDepths[d]));
        const bool hit = std::any_of(found.begin(), end, [&](const auto& one) {
          return is_place(tools[one.tool].place, wanted);
        });
        hits += hit ? 1 : 0;
      }
      recall.at[d] += static_cast<double>(hits) / static_cast<double>(query["solution"].size());
    }
  }
  for (double& each : recall.at) each /= static_cast<double>(queries.size());
  return recall;
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
  std::printf("{\"sets\":[");
  for (int i = 1; i + 1 < argc; i += 2) {
    const Value listed = contents(argv[i]);
    const Value queries = contents(argv[i + 1]);
    if (!listed.is_list() || !queries.is_list() || queries.size() == 0) {
      std::fprintf(stderr, "cannot read %s and %s\n", argv[i], argv[i + 1]);
      return 2;
    }
    const std::vector<flow::ToolSignature> tools = tools_of(listed);
    const Recall recall = measure(tools, queries);
    std::printf(
        "%s{\"tools\":%zu,\"queries\":%zu,\"recall@5\":%.3f,\"recall@10\":%.3f,\"recall@20\":%.3f}",
        i == 1 ? "" : ",",
        tools.size(),
        queries.size(),
        recall.at[0],
        recall.at[1],
        recall.at[2]
    );
    for (const Value& query : queries.as_list()) asked.emplace_back(query.text("query"));
    all.insert(all.end(), tools.begin(), tools.end());
  }
  std::printf("]");
  if (!all.empty()) measure_many(all, asked);
  std::printf("}\n");
  return 0;
}
