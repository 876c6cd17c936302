// Server-Sent Events, as text/event-stream defines them. Appends to the caller's buffer, so a burst of events
// costs no allocation each.
// Pure functions, safe from any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace parley::wire {

// `event` and `id` are left out when empty and are cut at the first line break (they cannot carry one);
// line breaks inside `data` become several data lines, which the receiver joins with "\n" again.
void append_sse_event(
    std::string& out, std::string_view data, std::string_view event = {}, std::string_view id = {}
);

// A line receivers ignore; keeps proxies from closing a silent stream.
void append_sse_comment(std::string& out, std::string_view text);

// Tells the receiver how long to wait before it connects again.
void append_sse_retry(std::string& out, std::uint32_t retry_ms);

}  // namespace parley::wire
