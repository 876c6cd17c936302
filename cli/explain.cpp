// parley explain: what a diagnostic means, with a wrong and a right example.
#include <algorithm>
#include <cctype>

#include "base/edit_distance.hpp"
#include "cli/command_files.hpp"
#include "cli/terminal.hpp"
#include "flow/diagnostic.hpp"

namespace parley::cli {
namespace {

// "F0201: the document cannot be read" without its code.
std::string_view title(std::string_view code) {
  std::string_view text = flow::explain(code);
  text = text.substr(0, text.find('\n'));
  if (text.starts_with(code)) text.remove_prefix(std::min(text.size(), code.size() + 2));
  return text;
}

int list(bool json) {
  if (json) {
    ListBuilder codes;
    for (const std::string_view code : flow::diagnostic_codes()) {
      codes.add(
          MapBuilder().set("code", code).set("title", title(code)).set("text", flow::explain(code)).build()
      );
    }
    print_json(codes.build());
    return kExitOk;
  }
  for (const std::string_view code : flow::diagnostic_codes()) {
    print(std::string(code) + "  " + std::string(title(code)) + "\n");
  }
  return kExitOk;
}

int run(const Arguments& arguments) {
  if (arguments.has("--list")) return list(arguments.has("--json"));
  std::string code = arguments.text("CODE");
  if (code.empty())
    return report(
        {ErrorCode::invalid_input, "which code?", {}, "parley explain --list shows them all"}, kExitUsage
    );
  std::ranges::transform(code, code.begin(), [](unsigned char c) {
    return static_cast<char>(std::toupper(c));
  });
  const std::string_view text = flow::explain(code);
  if (!text.empty()) {
    print(text);
    return kExitOk;
  }
  const std::string_view near = nearest(code, flow::diagnostic_codes());
  return report(
      {ErrorCode::not_found,
       "there is no diagnostic '" + code + "'",
       {},
       near.empty() ? "parley explain --list shows them all"
                    : "did you mean " + std::string(near) + " (" + std::string(title(near)) + ")?"},
      kExitUsage
  );
}

constexpr Option kOptions[] = {
    {"CODE", "", "The code in brackets after 'error', such as F0201."},
    {"--list", "", "List all codes."},
    {"--json", "", "With --list: print JSON, texts included."},
};

}  // namespace

constinit const Command kExplain{
    "explain",
    "Say what a diagnostic means and how to mend it",
    "",
    kOptions,
    "parley explain F0201\n"
    "parley explain --list",
    run,
};

}  // namespace parley::cli
