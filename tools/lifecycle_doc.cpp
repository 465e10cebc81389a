// SPDX-License-Identifier: BSL-1.0
/// Prints docs/lifecycle.md (`markdown`) or the state diagram in it (`dot`), from the table that
/// the library decides by.
#include "membership/policy/lifecycle.hpp"

#include <array>
#include <iostream>
#include <string>
#include <string_view>

namespace {

using namespace membership;

constexpr std::array commands{LifecycleCommand::create,     LifecycleCommand::update_roles,
                              LifecycleCommand::deactivate, LifecycleCommand::reactivate,
                              LifecycleCommand::remove,     LifecycleCommand::accept_invitation};
constexpr std::array standings{Standing::none, Standing::pending, Standing::active,
                               Standing::inactive};
static_assert(commands.size() == lifecycle_command_count && standings.size() == standing_count);

std::string_view phrase(RoleEffect effect) {
  switch (effect) {
    case RoleEffect::none: return "";
    case RoleEffect::given: return "roles given";
    case RoleEffect::replaced: return "roles replaced";
    case RoleEffect::kept: return "roles kept";
  }
  return "";
}

std::string cell_text(const LifecycleCell& cell) {
  switch (cell.verdict) {
    case LifecycleCell::Verdict::refused:
      return std::to_string(http_status(cell.error)) + " `" + std::string(to_string(cell.error)) +
             "`";
    case LifecycleCell::Verdict::unchanged: return "unchanged, no event";
    case LifecycleCell::Verdict::changed: break;
  }
  std::string text =
      cell.next == Standing::none ? "gone" : "→ " + std::string(to_string(cell.next));
  const std::string_view roles = phrase(cell.roles);
  if (!roles.empty()) text.append(", ").append(roles);
  return text.append(", `").append(to_string(cell.event)).append("`");
}

void print_markdown() {
  std::cout << "# The life of a membership\n\n"
               "What each command does to a membership, by the state that it is in. This page is\n"
               "written by `tools/update_docs.sh` from the `constexpr` table in\n"
               "`include/membership/policy/lifecycle.hpp`, which the library decides by.\n\n"
               "![The states of a membership and the commands between them](lifecycle.svg)\n\n"
               "| command";
  for (const Standing standing : standings) std::cout << " | " << to_string(standing);
  std::cout << " |\n|---|---|---|---|---|\n";
  for (const LifecycleCommand command : commands) {
    std::cout << "| " << to_string(command);
    for (const Standing standing : standings) {
      std::cout << " | " << cell_text(lifecycle_table.at(command, standing));
    }
    std::cout << " |\n";
  }
  std::cout
      << "\nA command whose result equals what is stored is `unchanged`: nothing is written\n"
         "and no event is sent. The options `create_over_active`, `create_over_inactive_roles`,\n"
         "`create_over_inactive_event` and `update_not_active` of `PolicyOptions` change single\n"
         "cells.\n\n"
         "Inviting is not in the table: it makes a pending membership where the address is a\n"
         "user's, who is no member yet. An invitation that is revoked or has expired takes the\n"
         "pending membership along, unless `ended_invitation_membership` keeps it. One that has\n"
         "expired is ended by `send_invitation`, `accept_invitation` and `create_membership`,\n"
         "where they meet it, and by `expire_invitations`.\n";
}

void print_dot() {
  std::cout << "digraph lifecycle {\n"
               "  rankdir=LR;\n"
               "  node [shape=box, style=rounded, fontname=\"sans-serif\"];\n"
               "  edge [fontname=\"sans-serif\", fontsize=11];\n";
  for (const Standing standing : standings) std::cout << "  " << to_string(standing) << ";\n";
  for (const Standing from : standings) {
    for (const Standing to : standings) {
      std::string label;
      for (const LifecycleCommand command : commands) {
        const LifecycleCell& cell = lifecycle_table.at(command, from);
        if (cell.verdict != LifecycleCell::Verdict::changed || cell.next != to) continue;
        if (!label.empty()) label += "\\n";
        label += to_string(command);
      }
      if (label.empty()) continue;
      std::cout << "  " << to_string(from) << " -> " << to_string(to) << " [label=\"" << label
                << "\"];\n";
    }
  }
  std::cout << "}\n";
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view what = argc == 2 ? argv[1] : "";
  if (what == "markdown") {
    print_markdown();
  } else if (what == "dot") {
    print_dot();
  } else {
    std::cerr << "usage: lifecycle_doc markdown|dot\n";
    return 2;
  }
}
