// A tool call against its deadline. Private to the driver's source files.
#pragma once

#include "server/turns/alarms.hpp"
#include "server/turns/ports.hpp"

namespace parley::turns {

// The tool's answer, or "timeout" when its time is up first: a late answer finds nobody waiting. A tool that
// throws has the code "tool_broke".
Awaitable<Result<ToolAnswer>> run_with_deadline(ToolRunner& tools, Alarms& alarms, ToolCall call);

}  // namespace parley::turns
