#include "server/stores/redis/replies.hpp"

#include <hiredis/read.h>

#include <array>
#include <charconv>
#include <utility>

#include "base/result.hpp"

namespace parley::stores::redis {

namespace {

// The place of what is being read: in its list, or of its own. Lists get all their items at once, so places
// stay where they are.
Reply* place(const redisReadTask* task) {
  if (task->parent == nullptr) return new Reply;
  auto* list = static_cast<Reply*>(task->parent->obj);
  return &list->items[static_cast<std::size_t>(task->idx)];
}

void* make_string(const redisReadTask* task, char* text, std::size_t size) {
  Reply* reply = place(task);
  reply->kind = task->type == REDIS_REPLY_STATUS  ? Reply::Kind::status
                : task->type == REDIS_REPLY_ERROR ? Reply::Kind::error
                                                  : Reply::Kind::text;
  reply->text.assign(text, size);
  return reply;
}

void* make_list(const redisReadTask* task, int items) {
  // Nothing that is asked for has so many; the reader takes it for a lack of memory and gives up.
  if (items > ReplyReader::kMostItems) return nullptr;
  Reply* reply = place(task);
  reply->kind = Reply::Kind::list;
  reply->items.resize(static_cast<std::size_t>(items));
  return reply;
}

void* make_integer(const redisReadTask* task, long long number) {
  Reply* reply = place(task);
  reply->kind = Reply::Kind::integer;
  reply->integer = number;
  return reply;
}

void* make_nil(const redisReadTask* task) {
  return place(task);
}

// Only whole answers are freed; what is in a list goes with it.
void free_reply(void* reply) {
  delete static_cast<Reply*>(reply);
}

redisReplyObjectFunctions functions{make_string, make_list, make_integer, make_nil, free_reply};

}  // namespace

void ReplyReader::Free::operator()(redisReader* reader) const {
  redisReaderFree(reader);
}

ReplyReader::ReplyReader(std::size_t most_bytes)
    : reader_(redisReaderCreateWithFunctions(&functions)), most_bytes_(most_bytes) {
  INVARIANT(reader_ != nullptr, "there is memory for a reader");
}

ReplyReader::~ReplyReader() = default;
ReplyReader::ReplyReader(ReplyReader&&) noexcept = default;

bool ReplyReader::feed(std::string_view bytes, std::vector<Reply>& out) {
  if (redisReaderFeed(reader_.get(), bytes.data(), bytes.size()) != 0) return false;
  for (;;) {
    void* reply = nullptr;
    if (redisReaderGetReply(reader_.get(), &reply) != 0) return false;
    if (reply == nullptr) break;
    const std::unique_ptr<Reply> owned(static_cast<Reply*>(reply));
    out.push_back(std::move(*owned));
  }
  return reader_->len - reader_->pos <= most_bytes_;
}

void append_command(std::string& out, std::span<const std::string_view> words) {
  const auto number = [&](char kind, std::size_t value) {
    std::array<char, 24> digits{};
    const auto end = std::to_chars(digits.begin(), digits.end(), value).ptr;
    out += kind;
    out.append(digits.begin(), end).append("\r\n");
  };
  number('*', words.size());
  for (const std::string_view word : words) {
    number('$', word.size());
    out.append(word).append("\r\n");
  }
}

}  // namespace parley::stores::redis
