// SPDX-License-Identifier: BSL-1.0

// A server with one thread, which waits neither for clients nor for the database: a coroutine for
// each client, commands through `co_execute` over the asynchronous PostgreSQL store.
//
// usage: async_server DATABASE [SCHEMA]
//
// It prints the port that it listens on (of the loopback address) and serves until its input ends.
// A request is a line, and so is its answer:
//
//   organization ORG NAME   user USER   join ORG USER   leave ORG USER   show ORG USER
//
//   created | reactivated | updated | unchanged | active member | nobody
//   refused CODE | failed WHY

#include "asio_io.hpp"
#include "membership/driver/co_execute.hpp"
#include "membership/membership.hpp"
#include "membership/store/postgres_async_store.hpp"
#include "membership/store/postgres_store.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>

#include <chrono>
#include <cstddef>
#include <cstdio>
#include <exception>
#include <optional>
#include <sstream>
#include <string>
#include <unistd.h>
#include <utility>

using namespace membership;
using asio_io::Io;
namespace asio = boost::asio;

namespace {

using Store = BasicAsyncPostgresStore<DefaultTraits, Io>;
using AsyncRuntime = Runtime<SystemClock, UlidIds<DefaultTraits>, asio_io::Wait>;
constexpr std::size_t longest_line = 1000;

/// A store's own words, on one line.
std::string in_words(const PostgresFailure& failure) {
  std::string text = "failed " + failure.message;
  for (char& c : text) {
    if (c == '\n' || c == '\t') c = ' ';
  }
  return text;
}
std::string in_words(const membership::Failure<Store>& failure) {
  if (failure.error) return "refused " + std::string(to_string(failure.error->code));
  return failure.cause ? in_words(*failure.cause) : "failed contended";
}

template <class C>
Io::Task<std::string> carry_out(Store& store, C command) {
  const auto done = co_await co_execute(store, MembershipPolicy<>{}, command, AsyncRuntime{});
  co_return done ? std::string(to_string(done->outcome())) : in_words(done.error());
}

/// The membership of a user in an organization and how it is shown; empty for none.
struct Shown {
  std::optional<MembershipId> id;
  std::string text = "nobody";
};
Io::Task<Shown> show(Store& store, UserId user, OrganizationId organization) {
  Shown shown;
  const auto found = co_await store.view(user, organization, [&](const MembershipRow& row) {
    shown.id = MembershipId::make(row.membership.id).value();
    shown.text = to_string(row.membership.status);
    row.roles.for_each_in_order(row.membership.roles, [&](RoleIndex role) {
      shown.text += ' ';
      shown.text += row.roles.slug(role);
    });
  });
  if (!found) shown.text = in_words(found.error());
  co_return shown;
}

Io::Task<std::string> answer(Store& store, const std::string& line) {
  std::istringstream words(line);
  std::string verb;
  std::string first;
  std::string second;
  words >> verb >> first >> second;
  if (verb == "user") {
    const auto id = UserId::make(first);
    if (!id) co_return "refused malformed";
    CreateUser command;
    command.id = *id;
    co_return co_await carry_out(store, command);
  }
  const auto organization = OrganizationId::make(first);
  if (!organization) co_return "refused malformed";
  if (verb == "organization") {
    co_return co_await carry_out(store, CreateOrganization{second, *organization});
  }
  const auto user = UserId::make(second);
  if (!user) co_return "refused malformed";
  if (verb == "join") co_return co_await carry_out(store, CreateMembership{*user, *organization});
  const Shown shown = co_await show(store, *user, *organization);
  if (verb == "show") co_return shown.text;
  if (verb != "leave") co_return "refused unknown_verb";
  if (!shown.id) co_return shown.text;
  co_return co_await carry_out(store, DeactivateMembership{*shown.id});
}

Io::Task<void> serve(Store& store, asio::ip::tcp::socket client) {
  try {
    std::string read;
    for (;;) {
      const std::size_t length = co_await asio::async_read_until(
          client, asio::dynamic_buffer(read, longest_line), '\n', asio::use_awaitable);
      const std::string line = read.substr(0, length);
      read.erase(0, length);
      std::string reply = co_await answer(store, line);
      reply += '\n';
      co_await asio::async_write(client, asio::buffer(reply), asio::use_awaitable);
    }
  } catch (const boost::system::system_error&) {
    // The client is gone, or has sent a line that is too long.
  }
}

Io::Task<void> listen(Store& store, asio::ip::tcp::acceptor& acceptor) {
  for (;;) {
    boost::system::error_code problem;  // too many are open, say
    auto client =
        co_await acceptor.async_accept(asio::redirect_error(asio::use_awaitable, problem));
    if (problem) {
      co_await Io::pause(std::chrono::milliseconds(100));
      continue;
    }
    co_spawn(acceptor.get_executor(), serve(store, std::move(client)), asio::detached);
  }
}

Io::Task<void> wait_for_end(asio::io_context& context) {
  asio::posix::stream_descriptor input(context, dup(STDIN_FILENO));
  boost::system::error_code ended;
  char byte = 0;
  while (!ended) {
    co_await input.async_read_some(asio::buffer(&byte, 1),
                                   asio::redirect_error(asio::use_awaitable, ended));
  }
  context.stop();
}

int run(const PostgresStoreOptions& options) {
  // Makes the schema.
  if (const auto made = PostgresStore::open(options); !made) {
    std::fprintf(stderr, "error: %s\n", in_words(made.error()).c_str());
    return 1;
  }
  asio::io_context context(1);
  Io io;
  Store store(options, io);
  asio::ip::tcp::acceptor acceptor(context, {asio::ip::address_v4::loopback(), 0});
  co_spawn(context, listen(store, acceptor), asio::detached);
  co_spawn(context, wait_for_end(context), asio::detached);
  std::printf("listening on port %d\n", acceptor.local_endpoint().port());
  std::fflush(stdout);
  context.run();
  return 0;
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 2) {
    std::fprintf(stderr, "usage: async_server DATABASE [SCHEMA]\n");
    return 2;
  }
  PostgresStoreOptions options;
  options.target = arguments[1];
  if (count > 2) options.schema = arguments[2];
  try {
    return run(options);
  } catch (const std::exception& problem) {
    std::fprintf(stderr, "error: %s\n", problem.what());
    return 1;
  }
}
