// Putting a description into an assistant's tools/ folder, for the ways of parley tool add. Main thread only.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/value.hpp"
#include "wire/tool.hpp"

namespace parley::cli {

// ".graphql", ".json" or ".yaml": what a file of this text is called.
[[nodiscard]] std::string ending_for(const Value& document, std::string_view text);

// Takes the place of descriptions of the same name only when told to.
[[nodiscard]] Result<void> write_new(const std::filesystem::path& file, std::string_view text, bool replace);
[[nodiscard]] Result<void> write_text(const std::filesystem::path& file, std::string_view text);

[[nodiscard]] std::vector<std::string> words_of(std::string_view text);

// What the person has to do before the tools can be called.
void say_what_is_next(
    const wire::Connector& connector,
    const std::string& name,
    std::string_view command,
    bool people_sign_in = false
);

}  // namespace parley::cli
