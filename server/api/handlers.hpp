// One function for each row of the route table. Each returns the response, or has started a stream.
#pragma once

#include "server/api/api.hpp"

namespace parley::api {

using Reply = Awaitable<net::Response>;

// chat.cpp
Reply post_chat(Api& api, Call& call);
Reply start_conversation(Api& api, Call& call);
Reply post_event(Api& api, Call& call);
// websocket.cpp
Reply open_websocket(Api& api, Call& call);
// conversations.cpp
Reply list_conversations(Api& api, Call& call);
Reply get_conversation(Api& api, Call& call);
Reply list_turns(Api& api, Call& call);
Reply list_records(Api& api, Call& call);
Reply post_feedback(Api& api, Call& call);
Reply post_human(Api& api, Call& call);
// hooks.cpp
Reply post_hook(Api& api, Call& call);
// sign_in.cpp
Reply get_sign_in_page(Api& api, Call& call);
Reply post_sign_in_page(Api& api, Call& call);
Reply get_sign_in_callback(Api& api, Call& call);
Reply post_conversation_sign_in(Api& api, Call& call);
Reply get_sign_in_client(Api& api, Call& call);
Reply post_sign_in(Api& api, Call& call);
Reply get_sign_in(Api& api, Call& call);
Reply delete_sign_in(Api& api, Call& call);
Reply delete_conversation_sign_in(Api& api, Call& call);
Reply delete_user_sign_in(Api& api, Call& call);
// reviews.cpp
Reply list_reviews(Api& api, Call& call);
Reply get_review(Api& api, Call& call);
Reply post_review(Api& api, Call& call);
// users.cpp
Reply post_user_token(Api& api, Call& call);
Reply get_memory(Api& api, Call& call);
Reply delete_memory(Api& api, Call& call);
Reply delete_user(Api& api, Call& call);
Reply list_erasures(Api& api, Call& call);
// events.cpp
Reply stream_events(Api& api, Call& call);
// flows.cpp
Reply list_flows(Api& api, Call& call);
Reply get_flow(Api& api, Call& call);
Reply put_flow(Api& api, Call& call);
Reply roll_back_flow(Api& api, Call& call);
Reply list_flow_versions(Api& api, Call& call);
Reply post_flows(Api& api, Call& call);
// workers.cpp
Reply open_workers(Api& api, Call& call);
// assistant.cpp
Reply get_assistant(Api& api, Call& call);
// health.cpp
Reply get_livez(Api& api, Call& call);
Reply get_readyz(Api& api, Call& call);
Reply get_metrics(Api& api, Call& call);
Reply get_openapi(Api& api, Call& call);
// setup.cpp
Reply get_setup(Api& api, Call& call);
Reply post_setup(Api& api, Call& call);
// assets.cpp
Reply get_asset(Api& api, Call& call);

}  // namespace parley::api
