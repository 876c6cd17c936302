// Runs while building: turns the YAML of flows that travel inside the binary into rows of a C++ array, as
// JSON for the engine, which reads no YAML, and as written, for people. usage: embed_flows OUT.inc FLOW.yaml…
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "assistant/yaml.hpp"
#include "base/json.hpp"

int main(int argc, char** argv) {
  using namespace parley;
  if (argc < 3) {
    std::fprintf(stderr, "usage: embed_flows OUT.inc FLOW.yaml…\n");
    return 2;
  }
  std::string rows;
  for (int i = 2; i < argc; ++i) {
    const std::filesystem::path path = argv[i];
    std::ifstream in(path, std::ios::binary);
    const std::string source((std::istreambuf_iterator<char>(in)), {});
    flow::Diagnostics diagnostics;
    const auto document = assistant::read_yaml(source, path.filename().string(), diagnostics);
    for (const flow::Diagnostic& problem : diagnostics)
      std::fputs(flow::render(problem, source).c_str(), stderr);
    if (!in || !document || !diagnostics.empty()) {
      std::fprintf(stderr, "%s cannot be embedded\n", path.c_str());
      return 1;
    }
    rows += "{\"" + path.stem().string() + "\",\nR\"json(" + write_json(flow::to_value(*document)) +
            ")json\",\nR\"yaml(" + source + ")yaml\"},\n";
  }
  std::ofstream out(argv[1], std::ios::binary);
  out << rows;
  out.close();
  return out ? 0 : 1;
}
