// Compiles the non-template part of Boost.Asio once for the whole server.
#include <boost/asio/impl/src.hpp>
