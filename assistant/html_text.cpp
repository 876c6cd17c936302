#include "assistant/html_text.hpp"

#include <libxml/HTMLparser.h>

#include <memory>

namespace parley::assistant {

namespace {

constexpr std::string_view kLeftOut[] = {
    "script", "style", "nav", "noscript", "template", "head", "svg", "iframe", "footer", "form"
};
constexpr std::string_view kBlocks[] = {
    "p",
    "div",
    "section",
    "article",
    "main",
    "ul",
    "ol",
    "table",
    "tr",
    "blockquote",
    "dl",
    "dt",
    "dd",
    "pre",
    "br",
    "aside",
    "header",
    "figcaption"
};

template <std::size_t N>
bool is_one_of(const std::string_view (&names)[N], std::string_view name) {
  for (const std::string_view each : names) {
    if (each == name) return true;
  }
  return false;
}

bool is_space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

class Writer {
 public:
  void write(const xmlNode* node) {
    for (; node != nullptr; node = node->next) {
      if (node->type == XML_TEXT_NODE || node->type == XML_CDATA_SECTION_NODE) {
        add_words(reinterpret_cast<const char*>(node->content));
      } else if (node->type == XML_ELEMENT_NODE) {
        write_element(*node);
      } else {
        continue;
      }
    }
  }

  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  void write_element(const xmlNode& element) {
    const std::string_view name = reinterpret_cast<const char*>(element.name);
    if (is_one_of(kLeftOut, name)) return;
    const bool heading = name.size() == 2 && name[0] == 'h' && name[1] >= '1' && name[1] <= '6';
    if (heading) {
      new_block();
      text_.append(static_cast<std::size_t>(name[1] - '0'), '#');
      text_ += ' ';
      write(element.children);
      new_block();
    } else if (name == "li") {
      new_line();
      text_ += "- ";
      write(element.children);
    } else if (is_one_of(kBlocks, name)) {
      new_block();
      write(element.children);
      new_block();
    } else {
      if (name == "td" || name == "th") add_space();
      write(element.children);
    }
  }

  // Space of any kind and length is one.
  void add_words(const char* words) {
    if (words == nullptr) return;
    for (const char c : std::string_view(words)) {
      if (is_space(c)) {
        add_space();
      } else {
        text_ += c;
      }
    }
  }

  void add_space() {
    if (!text_.empty() && !is_space(text_.back())) text_ += ' ';
  }
  void new_line() {
    while (text_.ends_with(' ')) text_.pop_back();
    if (!text_.empty() && !text_.ends_with('\n')) text_ += '\n';
  }
  void new_block() {
    new_line();
    if (!text_.empty() && !text_.ends_with("\n\n")) text_ += '\n';
  }

  std::string text_;
};

}  // namespace

std::string html_to_text(std::string_view html) {
  constexpr int kOptions =
      HTML_PARSE_RECOVER | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING | HTML_PARSE_NONET | HTML_PARSE_COMPACT;
  const std::unique_ptr<xmlDoc, decltype(&xmlFreeDoc)> document(
      htmlReadMemory(html.data(), static_cast<int>(html.size()), nullptr, "utf-8", kOptions), xmlFreeDoc
  );
  if (document == nullptr) return {};
  Writer writer;
  writer.write(xmlDocGetRootElement(document.get()));
  return writer.take();
}

}  // namespace parley::assistant
