// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_TESTS_SUPPORT_POSTGRES_CLUSTER_HPP
#define MEMBERSHIP_TESTS_SUPPORT_POSTGRES_CLUSTER_HPP

#include "support/folder.hpp"

#include <arpa/inet.h>
#include <cstddef>
#include <cstdlib>
#include <memory>
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
  /// `settings` are lines of its configuration, `form` options of initdb.
  explicit PostgresCluster(const std::string& settings = "fsync = off\n",
                           const std::string& form = "")
      : port_(free_port()) {
    if (geteuid() == 0) must("chown postgres " + folder_.path().string());
    must("rm -rf " + data() + " && " + as_owner("initdb") + " -D " + data() +
         " -A trust -U tester -E UTF8 --locale=C --no-sync " + form);
    write(settings + "listen_addresses = '127.0.0.1'\nunix_socket_directories = ''\nport = " +
          std::to_string(port_) + "\n");
    start();
  }
  /// A server that follows another, which is running and has the same settings but for `settings`.
  /// On `port`, which is free; 0: on any that is.
  static std::unique_ptr<PostgresCluster> standby_of(const PostgresCluster& primary,
                                                     const std::string& settings, int port = 0) {
    return std::unique_ptr<PostgresCluster>(
        new PostgresCluster(primary, settings, port == 0 ? free_port() : port));
  }
  PostgresCluster(const PostgresCluster&) = delete;
  PostgresCluster& operator=(const PostgresCluster&) = delete;
  ~PostgresCluster() { static_cast<void>(run(control("-m immediate stop"))); }

  void start() { must(control("-w -t 60 -l " + data() + "/log start")); }
  /// Without any farewell, as a loss of power would end it.
  void kill() { must(control("-m immediate stop")); }
  /// Starts it anew, whether it still runs or not.
  void restart() {
    static_cast<void>(run(control("-m immediate stop")));
    start();
  }
  /// From now on, until it is restarted, none of its files can grow beyond so many bytes, as on a
  /// disk that has no more room. Nobody needs to be root for that.
  void limit_files(std::size_t bytes) { limit_files(std::to_string(bytes)); }
  void unlimit_files() { limit_files("unlimited"); }
  /// Whether its log has a text.
  bool has_logged(const std::string& text) const {
    return run("grep -q '" + text + "' " + data() + "/log") == 0;
  }
  /// Makes a standby take writes.
  void promote() { must(control("-w -t 60 promote")); }
  /// Changes settings of a server that is running.
  void configure(const std::string& settings) {
    write(settings);
    must(control("reload"));
  }

  /// From now on only who knows the password is let in.
  void ask_for_passwords(const std::string& password) {
    must(as_owner("psql") + " '" + target() + "' -c \"ALTER USER tester PASSWORD '" + password +
         "'\"");
    must("sed -i 's/trust$/scram-sha-256/' " + data() + "/pg_hba.conf");
    must(control("reload"));
  }

  /// Runs commands of a shell in a folder, as any client of this server; the programs that come
  /// with it are found.
  void run_as_client(const std::string& folder, const std::string& commands) const {
    must("export PATH=" + programs + ":$PATH PGHOST=127.0.0.1 PGPORT=" + std::to_string(port_) +
         " PGUSER=tester PGDATABASE=postgres; set -e; cd " + folder + '\n' + commands);
  }

  int port() const noexcept { return port_; }
  std::string target() const { return target(port_); }
  /// The same where something stands before it.
  static std::string target(int port) {
    return "host=127.0.0.1 port=" + std::to_string(port) + " user=tester dbname=postgres";
  }
  /// Whichever of two servers takes writes.
  static std::string target_of(const PostgresCluster& one, const PostgresCluster& other) {
    return "host=127.0.0.1,127.0.0.1 port=" + std::to_string(one.port_) + ',' +
           std::to_string(other.port_) + " user=tester dbname=postgres";
  }

 private:
  PostgresCluster(const PostgresCluster& primary, const std::string& settings, int port)
      : port_(port) {
    if (geteuid() == 0) must("chown postgres " + folder_.path().string());
    must(as_owner("pg_basebackup") + " -D " + data() + " -d '" + primary.target() +
         "' -R -c fast --no-sync");
    write(settings + "port = " + std::to_string(port_) + "\n");
    start();
  }

  void limit_files(const std::string& bytes) {
    // The last pid is that of the server itself; of the others some may be gone.
    must("for pid in $(" + as_owner("psql") + " '" + target() +
         "' -Atc 'SELECT pid FROM pg_stat_activity') $(head -n 1 " + data() +
         "/postmaster.pid); do " + owner() + "prlimit --pid $pid --fsize=" + bytes + ": ; done");
  }
  void write(const std::string& settings) {
    must("printf '%s' \"" + settings + "\" >> " + data() + "/postgresql.conf");
  }
  std::string data() const { return (folder_.path() / "data").string(); }
  static inline const std::string programs = "/usr/lib/postgresql/15/bin/";
  static std::string owner() {
    return geteuid() == 0 ? "setpriv --reuid=postgres --regid=postgres --clear-groups " : "";
  }
  static std::string as_owner(const std::string& program) { return owner() + programs + program; }
  std::string control(const std::string& what) const {
    return as_owner("pg_ctl") + " -D " + data() + ' ' + what;
  }
  static int run(const std::string& command) {
    return std::system(("cd / && { " + command + "\n} >/dev/null 2>&1").c_str());
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
