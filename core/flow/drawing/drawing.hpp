// Pictures of a flow: Mermaid and DOT text for other programs, and a self-contained SVG with a layout of its
// own. Pure and deterministic: the same flow gives the same bytes.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "flow/flow.hpp"

namespace parley::flow::drawing {

// How often tests came to each step, by id. Steps that are missing were never reached.
using Visits = std::map<std::string, std::uint64_t, std::less<>>;

// `visits` null: without coverage.
[[nodiscard]] std::string mermaid(const Flow& flow, const Visits* visits = nullptr);
[[nodiscard]] std::string dot(const Flow& flow, const Visits* visits = nullptr);
[[nodiscard]] std::string svg(const Flow& flow, const Visits* visits = nullptr);

}  // namespace parley::flow::drawing
