#include "wire/openapi/media.hpp"

#include <algorithm>

#include "base/utf8.hpp"

namespace parley::wire::openapi {
namespace {

// "Application/JSON; charset=utf-8" → "application/json".
std::string essence(std::string_view media_type) {
  std::string text = ascii_lower(media_type.substr(0, media_type.find(';')));
  while (text.ends_with(' ')) text.pop_back();
  return text;
}

struct Kind {
  BodyKind kind;
  int rank;  // the lowest is taken
};

Kind kind_of(const std::string& type) {
  if (type == "application/json") return {BodyKind::json, 0};
  if (type == "application/merge-patch+json") return {BodyKind::json, 1};
  if (type == "application/json-patch+json") return {BodyKind::json, 4};
  if (is_json(type)) return {BodyKind::json, 2};
  if (type == "*/*" || type == "application/*") return {BodyKind::json, 3};
  if (type == "application/x-www-form-urlencoded") return {BodyKind::form, 5};
  if (type.starts_with("multipart/")) return {BodyKind::multipart, 6};
  // JSON is YAML.
  if (type.ends_with("yaml") || type.ends_with("yml")) return {BodyKind::json, 7};
  const bool text = type.starts_with("text/") || type.ends_with("xml") || type.contains("json") ||
                    type.ends_with("javascript") || type.ends_with("graphql") || type.ends_with("csv");
  return text ? Kind{BodyKind::text, 8} : Kind{BodyKind::binary, 9};
}

bool is_binary(Document& document, const Value& schema) {
  const auto target = document.follow(schema);
  return target && ((**target).text("format") == "binary" || (**target).text("type") == "file");
}

bool has_files(Document& document, const Value& media) {
  const auto schema = document.follow(media["schema"]);
  if (!schema || !(**schema)["properties"].is_map()) return false;
  return std::ranges::any_of((**schema)["properties"].entries(), [&](const Value::Entry& entry) {
    return is_binary(document, entry.value) || is_binary(document, entry.value["items"]);
  });
}

// A wildcard is no type to send.
MediaChoice concrete(Document& document, MediaChoice choice) {
  if (!choice.media_type.contains('*')) return choice;
  const auto schema = document.follow((*choice.media)["schema"]);
  const bool text = schema && (**schema).text("type") == "string";
  const bool bytes = is_binary(document, (*choice.media)["schema"]);
  if (choice.kind == BodyKind::multipart) {
    choice.media_type = "multipart/form-data";
  } else if (bytes || choice.kind == BodyKind::binary) {
    choice.kind = BodyKind::binary;
    choice.media_type = "application/octet-stream";
  } else if (text || choice.kind == BodyKind::text) {
    choice.kind = BodyKind::text;
    choice.media_type = "text/plain";
  } else {
    choice.media_type = "application/json";
  }
  return choice;
}

}  // namespace

bool is_json(std::string_view media_type) {
  const std::string type = essence(media_type);
  return type == "application/json" || type.ends_with("+json") || type.ends_with("/json") || type == "json" ||
         type == "application/x-json";
}

MediaChoice choose_media(Document& document, const Value& content) {
  MediaChoice best;
  int best_rank = 100;
  if (!content.is_map()) return best;
  for (const auto& [key, written] : content.entries()) {
    if (!key.is_string()) continue;
    const auto followed = document.follow(written);  // 3.2: to one in components/mediaTypes
    if (!followed) continue;
    const Value& media = **followed;
    Kind kind = kind_of(essence(key.as_string()));
    if (kind.kind == BodyKind::multipart && has_files(document, media)) kind.rank = 5;
    if (kind.kind == BodyKind::form) kind.rank = 5;
    // The later of a form and a multipart form with files wins only when it is the one with files.
    const bool files_win = kind.kind == BodyKind::multipart && kind.rank == 5 && best.kind == BodyKind::form;
    if (kind.rank < best_rank || (kind.rank == best_rank && files_win)) {
      best = {kind.kind, std::string(key.as_string()), &media};
      best_rank = kind.rank;
    }
  }
  if (best.media == nullptr) return best;
  return concrete(document, std::move(best));
}

}  // namespace parley::wire::openapi
