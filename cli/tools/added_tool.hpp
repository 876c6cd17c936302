// Putting a description into an assistant's tools/ folder, for the ways of parley tool add. Main thread only.
#pragma once

#include <cstddef>
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

// How many tools are not `unsafe` for no other reason than that the description, or the server, says so
// itself: their calls may be made without a person, and again.
[[nodiscard]] std::size_t harmless_by_their_own_word(const wire::Connector& connector);

// What the person has to do before the tools can be called. `command` starts a server that is a program;
// `source` is where the description was found.
void say_what_is_next(
    const wire::Connector& connector,
    const std::string& name,
    std::string_view command,
    std::string_view source,
    bool people_sign_in = false
);

}  // namespace parley::cli
