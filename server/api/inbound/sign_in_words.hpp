// What the pages of a sign-in say, in the languages that are built in. Pure.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace parley::api {

// {assistant}, {service}, {host}, {minutes} and {time} stand for what is filled in.
struct SignInWords {
  std::string_view language;
  std::string_view the_assistant;  // when it has no name
  std::string_view allow_title;
  std::string_view allow_why;
  std::string_view allow_team;
  std::string_view asked_by;
  std::string_view somebody;
  std::string_view everybody;
  std::string_view asked_at;
  std::string_view just_now;
  std::string_view minutes_ago;
  std::string_view channel;
  std::string_view you_sign_in_at;
  std::string_view warning;
  std::string_view go_on;
  std::string_view going_title;
  std::string_view going;
  std::string_view going_link;
  std::string_view code_title;
  std::string_view code;
  std::string_view code_label;
  std::string_view code_warning;
  std::string_view done_title;
  std::string_view done;
  std::string_view close;
  std::string_view failed_title;
  std::string_view failed;
};

// The first of an Accept-Language header that is built in, else English.
[[nodiscard]] const SignInWords& sign_in_words(std::string_view accept_language);

// With {name} replaced; what is filled in is not looked through again.
[[nodiscard]] std::string filled(
    std::string_view text, std::initializer_list<std::pair<std::string_view, std::string_view>> values
);

}  // namespace parley::api
