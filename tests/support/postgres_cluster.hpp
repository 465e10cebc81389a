// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_TESTS_SUPPORT_POSTGRES_CLUSTER_HPP
#define MEMBERSHIP_TESTS_SUPPORT_POSTGRES_CLUSTER_HPP

#include "support/folder.hpp"

#include <arpa/inet.h>
#include <cstdlib>
#include <netinet/in.h>
#include <stdexcept>
#include <string>
#include <sys/socket.h>
#include <unistd.h>

namespace membership_tests {

/// A PostgreSQL server of a test's own, on a free port of the loopback address, with its data in a
/// folder that is gone at the end. Root cannot run one, and does it as the user postgres.
class PostgresCluster {
 public:
  /// `settings` are lines of its configuration.
  explicit PostgresCluster(const std::string& settings = "fsync = off\n") : port_(free_port()) {
    if (geteuid() == 0) must("chown postgres " + folder_.path().string());
    must("rm -rf " + data() + " && " + as_owner("initdb") + " -D " + data() +
         " -A trust -U tester -E UTF8 --locale=C --no-sync");
    must("printf '%s' \"" + settings +
         "listen_addresses = '127.0.0.1'\nport = " + std::to_string(port_) +
         "\nunix_socket_directories = ''\n\" >> " + data() + "/postgresql.conf");
    start();
  }
  PostgresCluster(const PostgresCluster&) = delete;
  PostgresCluster& operator=(const PostgresCluster&) = delete;
  ~PostgresCluster() { static_cast<void>(run(control("-m immediate stop"))); }

  void start() { must(control("-w -t 60 -l " + data() + "/log start")); }
  /// Without any farewell, as a loss of power would end it.
  void kill() { must(control("-m immediate stop")); }

  /// From now on only who knows the password is let in.
  void ask_for_passwords(const std::string& password) {
    must(as_owner("psql") + " '" + target() + "' -c \"ALTER USER tester PASSWORD '" + password +
         "'\"");
    must("sed -i 's/trust$/scram-sha-256/' " + data() + "/pg_hba.conf");
    must(control("reload"));
  }

  /// Runs one of the programs that come with the server, as any client.
  static void run_program(const std::string& program) { must(programs + program); }

  int port() const noexcept { return port_; }
  std::string target() const { return target(port_); }
  /// The same where something stands before it.
  static std::string target(int port) {
    return "host=127.0.0.1 port=" + std::to_string(port) + " user=tester dbname=postgres";
  }

 private:
  std::string data() const { return (folder_.path() / "data").string(); }
  static inline const std::string programs = "/usr/lib/postgresql/15/bin/";
  static std::string as_owner(const std::string& program) {
    const std::string path = programs + program;
    return geteuid() == 0 ? "setpriv --reuid=postgres --regid=postgres --clear-groups " + path
                          : path;
  }
  std::string control(const std::string& what) const {
    return as_owner("pg_ctl") + " -D " + data() + ' ' + what;
  }
  static int run(const std::string& command) {
    return std::system(("cd / && { " + command + "; } >/dev/null 2>&1").c_str());
  }
  static void must(const std::string& command) {
    if (run(command) != 0) throw std::runtime_error("failed: " + command);
  }
  static int free_port() {
    const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (bind(socket, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
        getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
      throw std::runtime_error("no free port");
    }
    close(socket);
    return ntohs(address.sin_port);
  }

  Folder folder_;
  int port_;
};

}  // namespace membership_tests

#endif
