#include "policy/links.hpp"

#include <algorithm>
#include <cstddef>

namespace parley::policy {

namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}
bool is_letter(char c) {
  return lower(c) >= 'a' && lower(c) <= 'z';
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}
bool is_of_host(char c) {
  return is_letter(c) || is_digit(c) || c == '-' || c == '.';
}

std::string lowered(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), lower);
  return out;
}

bool begins(std::string_view text, std::string_view with) {
  return text.size() >= with.size() && lowered(text.substr(0, with.size())) == with;
}

bool is_listed(std::string_view host, Hosts allowed) {
  const std::string name = lowered(host);
  return std::ranges::any_of(allowed, [&](const std::string& each) {
    const std::string entry = lowered(each);
    if (!entry.starts_with("*.")) return name == entry;
    return name.size() > entry.size() - 1 && name.ends_with(std::string_view(entry).substr(1));
  });
}

// Up to where an address in running text goes.
std::size_t end_of_address(std::string_view text) {
  constexpr std::string_view kEnds = "<>\"`[]()";
  std::size_t end = 0;
  while (end < text.size() && !is_space(text[end]) && kEnds.find(text[end]) == std::string_view::npos) ++end;
  return end;
}

// The top of a name as it is written: letters, or the letters of another script in ASCII.
bool is_top(std::string_view label, LinkRules rules) {
  if (std::ranges::all_of(label, is_letter)) return true;
  return rules == LinkRules::second && begins(label, "xn--");
}

// Where a host in the middle of words goes on as an address: at a path, and at a port that has one.
bool goes_on(std::string_view behind, LinkRules rules) {
  if (behind.starts_with('/') || behind.starts_with('?')) return true;
  if (rules == LinkRules::first) return false;
  if (behind.starts_with('#')) return true;
  if (!behind.starts_with(':')) return false;
  std::size_t digits = 1;
  while (digits < behind.size() && is_digit(behind[digits])) ++digits;
  return digits > 1 && digits < behind.size() && (behind[digits] == '/' || behind[digits] == '?');
}

// "example.com/a?b" in the middle of words, which some clients make a link of.
std::size_t bare_address(std::string_view text, LinkRules rules) {
  std::size_t end = 0;
  while (end < text.size() && is_of_host(text[end])) ++end;
  if (!goes_on(text.substr(end), rules)) return 0;
  const std::string_view host = text.substr(0, end);
  const std::size_t dot = host.rfind('.');
  if (dot == std::string_view::npos || dot == 0 || host.size() - dot < 3) return 0;
  return is_top(host.substr(dot + 1), rules) ? end_of_address(text) : 0;
}

// Without the marks of the sentence behind it. A comma may be where a text was cut, and be followed by more.
std::string_view without_sentence_marks(std::string_view address, std::string_view behind) {
  const bool over = !behind.empty();
  while (!address.empty()) {
    const char last = address.back();
    const bool mark =
        std::string_view(".;:!?").contains(last) || (over && std::string_view(",'*_~").contains(last));
    if (!mark) break;
    address.remove_suffix(1);
  }
  return address;
}

// Something stands behind the host, which therefore cannot go on.
bool has_path(std::string_view address) {
  const std::size_t scheme = address.find("://");
  return address.find_first_of("/?#", scheme == std::string_view::npos ? 0 : scheme + 3) !=
         std::string_view::npos;
}

// Whether readers of addresses agree where the host is over: nothing but marks follows, up to the next space.
bool host_is_over(std::string_view address, std::string_view behind) {
  constexpr std::string_view kMarks = ")]}\"'`.,;:!?*_~";
  if (has_path(address) || behind.starts_with("](")) return true;
  for (const char c : behind) {
    if (is_space(c) || c == '<' || c == '>') return true;
    if (!kMarks.contains(c)) return false;
  }
  return true;
}

// An escape shows the character that it protects, and would hide it from what follows.
std::string without_escapes(std::string_view text) {
  constexpr std::string_view kProtected = ":/.[]()!<>&`\\";
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size() && kProtected.find(text[i + 1]) != std::string_view::npos)
      continue;
    out += text[i];
  }
  return out;
}

class Cleaner {
 public:
  Cleaner(std::string_view text, Hosts allowed, LinkRules rules)
      : text_(text), allowed_(allowed), rules_(rules) {}

  std::string run() {
    while (at_ < text_.size()) {
      if (!take_markup() && !take_address()) out_ += text_[at_++];
    }
    return std::move(out_);
  }

 private:
  [[nodiscard]] std::string_view rest() const { return text_.substr(at_); }
  [[nodiscard]] char next() const { return at_ + 1 < text_.size() ? text_[at_ + 1] : '\0'; }

  // The destination behind "](" or "]:".
  [[nodiscard]] std::string_view destination(std::size_t from) const {
    std::string_view left = text_.substr(std::min(from, text_.size()));
    while (left.starts_with(' ')) left.remove_prefix(1);
    if (left.starts_with('<')) left.remove_prefix(1);
    return left.substr(0, end_of_address(left));
  }

  // The destination is all that a reader of the mark-up would take for it.
  [[nodiscard]] bool ends_well(std::string_view to, bool link) const {
    if (rules_ == LinkRules::first || has_path(to)) return true;
    const auto begin = static_cast<std::size_t>(to.data() - text_.data());
    const std::size_t end = begin + to.size();
    if (begin > 0 && text_[begin - 1] == '<') return end < text_.size() && text_[end] == '>';
    if (end == text_.size()) return !link;
    return is_space(text_[end]) || (link && text_[end] == ')');
  }

  bool take_markup() {
    const char c = text_[at_];
    if (c == '[') {
      // What would be an image is a link at most.
      while (out_.ends_with('!')) out_.pop_back();
      out_ += c;
      ++at_;
      return true;
    }
    if (c == ']' && (next() == '(' || next() == ':')) {
      const bool link = next() == '(';
      const std::string_view to = destination(at_ + 2);
      const bool allowed = is_allowed_link(to, allowed_) && ends_well(to, link);
      out_ += allowed ? (link ? "](" : "]:") : (link ? "] (" : "] :");
      at_ += 2;
      if (!allowed || rules_ == LinkRules::first) return true;
      const auto end = static_cast<std::size_t>(to.data() + to.size() - text_.data());
      out_ += text_.substr(at_, end - at_);
      at_ = end;
      return true;
    }
    if (c == '<' && (is_letter(next()) || next() == '/' || next() == '!' || next() == '?')) {
      const std::string_view to = destination(at_);
      const std::size_t behind = at_ + 1 + to.size();
      const bool whole = behind < text_.size() && text_[behind] == '>';
      out_ += whole && is_allowed_link(to, allowed_) ? "<" : "< ";
      ++at_;
      return true;
    }
    // A character under another name: "&#58;" is a colon.
    if (c == '&' && (next() == '#' || is_letter(next()))) {
      const std::size_t end = rest().find_first_of("; \n");
      out_ += end != std::string_view::npos && rest()[end] == ';' ? "& " : "&";
      ++at_;
      return true;
    }
    return false;
  }

  bool take_address() {
    // The rest of an address whose scheme may stand before this text.
    const bool starts_host = rest().starts_with("//") && rest().size() > 2 && is_of_host(rest()[2]);
    const bool shown_as_text = text_.substr(0, at_).ends_with("[:]");
    const char before = at_ == 0 ? ' ' : text_[at_ - 1];
    if (starts_host && !shown_as_text && before != ':' && before != '/') {
      out_ += "/ /";
      at_ += 2;
      return true;
    }
    if (at_ > 0 && (is_of_host(text_[at_ - 1]) || text_[at_ - 1] == '@')) return take_scheme();
    std::size_t scheme = 0;
    while (scheme < rest().size() && (is_letter(rest()[scheme]) || is_digit(rest()[scheme]) ||
                                      rest()[scheme] == '+' || rest()[scheme] == '-'))
      ++scheme;
    std::size_t length = 0;
    if (scheme > 0 && rest().substr(scheme).starts_with("://")) {
      length = end_of_address(rest());
    } else if (begins(rest(), "www.")) {
      length = end_of_address(rest());
    } else {
      length = bare_address(rest(), rules_);
    }
    if (length == 0) return take_scheme();
    std::string_view address = rest().substr(0, length);
    const std::string_view behind = rest().substr(length);
    if (rules_ == LinkRules::second) address = without_sentence_marks(address, behind);
    length = address.size();
    const bool plain = address.find("://") == std::string_view::npos;
    const bool over = rules_ == LinkRules::first || host_is_over(address, behind);
    const bool allowed =
        over && is_allowed_link(plain ? "https://" + std::string(address) : std::string(address), allowed_);
    out_ += allowed ? std::string(address) : as_text(address);
    at_ += length;
    return true;
  }

  // "://" behind something that is no scheme as it stands.
  bool take_scheme() {
    if (!rest().starts_with("://")) return false;
    const std::size_t length = end_of_address(rest());
    out_ += as_text(rest().substr(0, length));
    at_ += length;
    return true;
  }

  static std::string as_text(std::string_view address) {
    std::string out;
    const std::size_t scheme = address.find("://");
    std::size_t host = 0;
    if (scheme != std::string_view::npos) {
      out = std::string(address.substr(0, scheme)) + "[:]//";
      host = scheme + 3;
    }
    std::size_t i = host;
    for (; i < address.size() && address[i] != '/' && address[i] != '?' && address[i] != '#'; ++i)
      out += address[i] == '.' && i + 1 < address.size() ? std::string("[.]") : std::string(1, address[i]);
    // An address within the address is one as well.
    for (; i < address.size(); ++i) {
      if (address.substr(i).starts_with("://")) {
        out += "[:]//";
        i += 2;
      } else {
        out += address[i];
      }
    }
    return out;
  }

  std::string_view text_;
  Hosts allowed_;
  LinkRules rules_;
  std::string out_;
  std::size_t at_ = 0;
};

}  // namespace

bool is_allowed_link(std::string_view address, Hosts allowed) {
  std::string_view left = address;
  if (begins(left, "https://")) {
    left.remove_prefix(8);
  } else if (begins(left, "http://")) {
    left.remove_prefix(7);
  } else {
    return false;
  }
  // Whatever readers of addresses disagree about is not plain.
  const auto odd = [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte <= ' ' || byte >= 0x7F || c == '\\' || c == '@';
  };
  const std::size_t end = std::min(left.find_first_of("/?#:"), left.size());
  const std::string_view host = left.substr(0, end);
  const std::string_view path = left.substr(end);
  const bool names_characters = path.contains('&') && path.contains(';');
  return !host.empty() && std::ranges::all_of(host, is_of_host) && std::ranges::none_of(left, odd) &&
         !names_characters && is_listed(host, allowed);
}

std::string without_foreign_links(std::string_view text, Hosts allowed, LinkRules rules) {
  const std::string plain = without_escapes(text);
  return Cleaner(plain, allowed, rules).run();
}

}  // namespace parley::policy
