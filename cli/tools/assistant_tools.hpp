// The tools of an assistant's folder with the settings that apply, for the commands that show and try them.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "cli/command.hpp"
#include "cli/project.hpp"
#include "wire/tool.hpp"

namespace parley::cli {

struct AssistantTools {
  Project project;
  assistant::Settings settings;  // with the environment on top

  // "test" or "live".
  [[nodiscard]] std::string_view mode(std::string_view connector) const;
  // By id; null when there is none of that name.
  [[nodiscard]] const wire::Tool* find(std::string_view id) const;
  // Where its calls go: the settings' server, else the description's.
  [[nodiscard]] std::string server(const wire::Tool& tool) const;
};

// Of the folder that FOLDER names. Mistakes in descriptions are noted on stderr.
[[nodiscard]] Result<AssistantTools> open_tools(const Arguments& arguments);

// There is no such tool, with what was probably meant.
[[nodiscard]] Error unknown_tool(const AssistantTools& tools, const std::string& id);

}  // namespace parley::cli
