// E-mail addresses, telephone numbers and URLs. All scanners are linear in the text.
#include <algorithm>

#include "base/utf8.hpp"
#include "language/values/readers.hpp"

namespace parley::language {
namespace {

bool is_alnum(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c & 0x80) != 0;
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

bool is_local_part(char c) {
  return is_alnum(c) || std::string_view("!#$%&'*+/=?^_`{|}~.-").find(c) != std::string_view::npos;
}
bool is_host(char c) {
  return is_alnum(c) || c == '-' || c == '.';
}

// Labels of 1–63 characters, at least two, the last one not a number: what a mail or web server can be
// called.
bool is_domain(std::string_view host) {
  if (host.size() > 253 || host.find('.') == std::string_view::npos) return false;
  std::size_t begin = 0;
  for (;;) {
    const std::size_t end = std::min(host.find('.', begin), host.size());
    const std::string_view label = host.substr(begin, end - begin);
    if (label.empty() || label.size() > 63 || label.front() == '-' || label.back() == '-') return false;
    if (end == host.size()) return label.size() >= 2 && std::none_of(label.begin(), label.end(), is_digit);
    begin = end + 1;
  }
}

bool is_email(std::string_view local, std::string_view host) {
  return !local.empty() && local.size() <= 64 && local.front() != '.' && local.back() != '.' &&
         local.find("..") == std::string_view::npos && is_domain(host);
}

// The host that starts at `begin`, without the full stop of the sentence.
std::size_t host_end(std::string_view text, std::size_t begin) {
  std::size_t end = begin;
  while (end < text.size() && is_host(text[end])) ++end;
  while (end > begin && (text[end - 1] == '.' || text[end - 1] == '-')) --end;
  return end;
}

void find_written_emails(std::string_view text, std::vector<Found>& found) {
  std::size_t floor = 0;
  for (std::size_t at = text.find('@'); at != std::string_view::npos; at = text.find('@', at + 1)) {
    std::size_t begin = at;
    while (begin > floor && is_local_part(text[begin - 1])) --begin;
    while (begin < at && !is_alnum(text[begin]) && text[begin] != '_') ++begin;
    const std::size_t end = host_end(text, at + 1);
    floor = at + 1;
    if (!is_email(text.substr(begin, at - begin), text.substr(at + 1, end - at - 1))) continue;
    found.push_back({Value(text.substr(begin, end - begin)), begin, end});
    floor = end;
  }
}

struct SpokenWord {
  std::string_view text;
  std::size_t begin;
  std::size_t end;
};

std::vector<SpokenWord> split_words(std::string_view text) {
  std::vector<SpokenWord> words;
  for (std::size_t at = 0; at < text.size();) {
    if (is_space(text[at])) {
      ++at;
      continue;
    }
    const std::size_t begin = at;
    while (at < text.size() && !is_space(text[at])) ++at;
    words.push_back({text.substr(begin, at - begin), begin, at});
  }
  return words;
}

// "asdf dot k at gmail dot com": the spoken form, understood when "at" is followed by something with a dot in
// it.
void find_spoken_emails(std::string_view text, std::vector<Found>& found) {
  constexpr std::size_t kMostPieces = 8;
  const std::vector<SpokenWord> words = split_words(text);
  for (std::size_t i = 0; i < words.size(); ++i) {
    std::string local(words[i].text);
    std::size_t next = i + 1;
    const auto dotted = [&](std::string& part) {
      for (std::size_t pieces = 0;
           pieces < kMostPieces && next + 1 < words.size() && ascii_lower(words[next].text) == "dot";
           ++pieces) {
        part += '.';
        part += words[next + 1].text;
        next += 2;
      }
    };
    dotted(local);
    const std::size_t inner = local.find('@');
    std::string host;
    if (inner != std::string::npos) {
      host = local.substr(inner + 1);
      local.resize(inner);
    } else {
      if (next + 1 >= words.size() || ascii_lower(words[next].text) != "at") continue;
      host = words[next + 1].text;
      next += 2;
      dotted(host);
    }
    while (!host.empty() && !is_alnum(host.back())) host.pop_back();
    if (!std::all_of(local.begin(), local.end(), is_local_part) ||
        !std::all_of(host.begin(), host.end(), is_host))
      continue;
    if (!is_email(local, host)) continue;
    found.push_back({Value(local + "@" + host), words[i].begin, words[next - 1].end});
    i = next - 1;
  }
}

// Top-level domains under which a bare "name.tld" counts as an address; with a scheme or "www" any one does.
constexpr std::string_view kCommonTopLevels[] = {
    "com", "org", "net", "edu", "gov",  "io",    "co",     "uk",   "de",   "fr",    "es",
    "it",  "nl",  "eu",  "us",  "ca",   "au",    "in",     "jp",   "cn",   "ch",    "at",
    "be",  "se",  "no",  "dk",  "fi",   "pl",    "br",     "ru",   "info", "biz",   "dev",
    "app", "ai",  "me",  "tv",  "shop", "store", "online", "site", "xyz",  "cloud", "tech",
};

bool has_common_top_level(std::string_view host) {
  return contains(kCommonTopLevels, ascii_lower(host.substr(host.rfind('.') + 1)));
}

// `rest` begins with a host, maybe a port and a path. Returns the bytes of the whole, 0 if it is no URL.
std::size_t url_size(std::string_view rest, bool has_scheme) {
  const std::size_t host_size = host_end(rest, 0);
  const std::string_view host = rest.substr(0, host_size);
  std::size_t end = host_size;
  if (end + 1 < rest.size() && rest[end] == ':' && is_digit(rest[end + 1])) {
    ++end;
    while (end < rest.size() && is_digit(rest[end])) ++end;
  }
  if (host.empty() || (end < rest.size() && rest[end] == '@')) return 0;
  const bool local = ascii_lower(host) == "localhost";
  if (!has_scheme && !local &&
      !(is_domain(host) && (has_common_top_level(host) || ascii_lower(host.substr(0, 3)) == "www")))
    return 0;
  if (has_scheme && !is_alnum(host.front())) return 0;
  if (end < rest.size() && (rest[end] == '/' || rest[end] == '?' || rest[end] == '#')) {
    while (end < rest.size() && !is_space(rest[end]) && rest[end] != '"' && rest[end] != '<' &&
           rest[end] != '>')
      ++end;
    while (end > 0 && std::string_view(".,;:!?)'").find(rest[end - 1]) != std::string_view::npos) --end;
  }
  return end;
}

// Digits of a telephone number and how far it reaches: separators are single spaces, dots, dashes, slashes
// and brackets.
struct PhoneScan {
  std::string digits;
  std::size_t end = 0;
};

PhoneScan scan_phone(std::string_view text, std::size_t begin) {
  constexpr std::size_t kMostSeparators = 3;  // in a row: " - ", ") "
  PhoneScan scan;
  std::size_t at = begin;
  std::size_t separators = 0;
  while (at < text.size()) {
    const char c = text[at];
    if (is_digit(c)) {
      scan.digits += c;
      scan.end = at + 1;
      separators = 0;
    } else if (c == '+' && scan.digits.empty()) {
      scan.digits += c;
    } else if (std::string_view(" .-/()").find(c) == std::string_view::npos ||
               ++separators > kMostSeparators) {
      break;
    }
    ++at;
  }
  return scan;
}

}  // namespace

std::vector<Found> find_emails(std::string_view text) {
  std::vector<Found> found;
  find_written_emails(text, found);
  if (found.empty()) find_spoken_emails(text, found);
  return found;
}

std::vector<Found> find_phones(std::string_view text) {
  constexpr std::size_t kFewest = 7;
  constexpr std::size_t kMost = 15;  // E.164
  std::vector<Found> found;
  for (std::size_t at = 0; at < text.size();) {
    const bool opens = is_digit(text[at]) || text[at] == '+' || text[at] == '(';
    const bool inside_word = at > 0 && (is_alnum(text[at - 1]) || text[at - 1] == '.' || text[at - 1] == '$');
    if (!opens || inside_word) {
      ++at;
      continue;
    }
    const PhoneScan scan = scan_phone(text, at);
    const std::size_t digits = scan.digits.size() - (scan.digits.starts_with('+') ? 1 : 0);
    const bool ends_cleanly = scan.end >= text.size() || !is_alnum(text[scan.end]);
    if (digits >= kFewest && digits <= kMost && ends_cleanly)
      found.push_back({Value(scan.digits), at, scan.end});
    at = std::max(scan.end, at + 1);
  }
  return found;
}

std::vector<Found> find_urls(std::string_view text) {
  std::vector<Found> found;
  const std::string lower = ascii_lower(text);
  for (std::size_t at = 0; at < text.size();) {
    const bool starts_word = at == 0 || (!is_alnum(text[at - 1]) && text[at - 1] != '@' &&
                                         text[at - 1] != '.' && text[at - 1] != '-');
    if (!starts_word || !is_alnum(text[at])) {
      ++at;
      continue;
    }
    std::size_t scheme = 0;
    for (const std::string_view prefix : {"http://", "https://", "ftp://"}) {
      if (std::string_view(lower).substr(at).starts_with(prefix)) scheme = prefix.size();
    }
    const std::size_t size = url_size(text.substr(at + scheme), scheme > 0);
    if (size == 0) {
      while (at < text.size() && is_host(text[at])) ++at;  // a whole word at once: linear
      continue;
    }
    found.push_back({Value(text.substr(at, scheme + size)), at, at + scheme + size});
    at += scheme + size;
  }
  return found;
}

}  // namespace parley::language
