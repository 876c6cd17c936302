#include "assistant/knowledge.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <system_error>
#include <utility>

#include "assistant/html_text.hpp"
#include "base/utf8.hpp"

namespace parley::assistant {

namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t kMostBytes = 4U << 20;
constexpr std::uintmax_t kMostBytesOfAll = 256U << 20;
constexpr std::size_t kMostFiles = 20'000;

bool is_html(const fs::path& path) {
  return path.extension() == ".html" || path.extension() == ".htm";
}

bool is_text(const fs::path& path) {
  const std::string ending = path.extension().string();
  return ending == ".md" || ending == ".markdown" || ending == ".txt";
}

std::vector<fs::path> files_under(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code problem;
  fs::recursive_directory_iterator each(folder, fs::directory_options::skip_permission_denied, problem);
  for (; !problem && each != fs::recursive_directory_iterator(); each.increment(problem)) {
    std::error_code unknown;
    if (each->is_regular_file(unknown) && (is_text(each->path()) || is_html(each->path())))
      files.push_back(each->path());
  }
  std::ranges::sort(files);
  return files;
}

}  // namespace

Knowledge read_knowledge(const fs::path& folder, flow::Diagnostics& diagnostics) {
  Knowledge knowledge;
  const fs::path root = folder / "knowledge";
  std::uintmax_t bytes = 0;
  std::size_t count = 0;
  for (const fs::path& path : files_under(root)) {
    const fs::path inside = path.lexically_relative(root);
    std::string file = ("knowledge" / inside).generic_string();
    const auto refuse = [&](std::string_view code, std::string message, std::string help) {
      diagnostics.push_back(
          {std::string(code), flow::Severity::error, file, {1, 1, 0}, std::move(message), std::move(help)}
      );
    };
    std::error_code problem;
    const std::uintmax_t size = fs::file_size(path, problem);
    if (!problem && size > kMostBytes) {
      refuse(
          "F0104", "a file of knowledge is larger than 4 MB", "divide it, or leave out what nobody asks for"
      );
      continue;
    }
    bytes += size;
    if (++count > kMostFiles || bytes > kMostBytesOfAll) {
      refuse(
          "F0607", "there is more knowledge than 20,000 files or 256 MB", "leave out what nobody asks for"
      );
      break;
    }
    std::ifstream stream(path, std::ios::binary);
    std::string text(std::istreambuf_iterator<char>(stream), {});
    if (!stream || problem) {
      refuse("F0603", "the file cannot be read", "check that it exists and may be read");
      continue;
    }
    if (!is_utf8(text)) {
      refuse("F0607", "the file is not UTF-8", "save it as UTF-8");
      continue;
    }
    const fs::path first = *inside.begin();
    std::string source = std::next(inside.begin()) == inside.end() ? first.stem().string() : first.string();
    knowledge[std::move(source)].push_back({std::move(file), is_html(path) ? html_to_text(text) : text});
  }
  return knowledge;
}

}  // namespace parley::assistant
