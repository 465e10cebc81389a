// SPDX-License-Identifier: BSL-1.0

// The lists of an organization, as the reference server answers them in random worlds: several
// organizations that share users, with statuses, roles of their own, invitations and deletions.
// Cursors are ids of this or another organization, of what is gone, of another kind, or no ids.
//
// Plan
//   a list shows the organization's rows and no others, in order, cut at the cursors, and names
//     none but them in its metadata: what single reads and the whole log say   -> own_rows_only
//   what other organizations come to hold or to lose changes no byte of it     -> others_unseen

#include "api.hpp"
#include "configuration.hpp"
#include "property/check.hpp"
#include "router.hpp"
#include "support/scale.hpp"
#include "support/server_call.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <boost/test/unit_test.hpp>
#include <rapidcheck.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <map>
#include <optional>
#include <ostream>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

BOOST_AUTO_TEST_SUITE(server_lists)

using membership_tests::holds;
using membership_tests::scaled;
namespace json = boost::json;

namespace {

using Text = std::string;
using Texts = std::vector<Text>;

const Text memberships_path = "/user_management/organization_memberships";
const Text users_path = "/user_management/users";
const Text invitations_path = "/user_management/invitations";
const Text permissions_path = "/authorization/permissions";
const Text all_events =
    "organization.created,organization.deleted,user.created,user.deleted,"
    "organization_membership.created,organization_membership.updated,"
    "organization_membership.deleted,invitation.created,invitation.accepted,invitation.revoked,"
    "invitation.resent,permission.created,permission.deleted,role.created,role.updated,"
    "organization_role.created,organization_role.updated,organization_role.deleted";

Text text(const json::value& object, std::string_view key) {
  const auto* const found = object.as_object().if_contains(key);
  return found != nullptr && found->is_string() ? Text(found->get_string()) : Text();
}

struct Answer {
  int status;
  Text body;
  json::value value() const { return json::parse(body); }
  friend bool operator==(const Answer&, const Answer&) = default;
};

/// Numbers that choose something that happens, or a question. Each is taken modulo what there is.
struct Choice {
  std::array<std::size_t, 6> of;
  friend std::ostream& operator<<(std::ostream& out, const Choice& choice) {
    for (const std::size_t each : choice.of) out << each << ' ';
    return out;
  }
};
using Choices = std::vector<Choice>;

rc::Gen<Choice> choice() {
  const auto number = rc::gen::resize(rc::kNominalSize, rc::gen::inRange<std::size_t>(0, 10'000));
  return rc::gen::noShrink(
      rc::gen::map(rc::gen::container<std::array<std::size_t, 6>>(number),
                   [](const std::array<std::size_t, 6>& of) { return Choice{of}; }));
}

template <class Container>
const auto& pick(const Container& from, std::size_t number) {
  return from[number % from.size()];
}

/// A server, and the ids of what was made on it.
class World {
 public:
  explicit World(const Choices& acts) {
    api_.add_routes(router_);
    for (int i = 0; i < 8; ++i) {
      emails_.push_back("u" + std::to_string(i) + "@x.y");
      if (i < 6) make_user(emails_.back());
    }
    for (int i = 0; i < 2; ++i) organizations_.push_back(make_organization());
    for (const Choice& act : acts) happen(act, true);
  }

  Answer call(std::string_view method, const Text& target, const Text& body = {}) {
    const auto response = membership_tests::answer_of(router_, method, target, body);
    return {response.status, response.body.value_or("")};
  }

  const Texts& organizations() const noexcept { return organizations_; }
  const Texts& emails() const noexcept { return emails_; }

  /// Something happens; with `anywhere` not set, nothing that concerns the first organization.
  void happen(const Choice& act, bool anywhere) {
    const std::size_t first = anywhere ? 0 : 1;
    const std::size_t number = first + act.of[1] % (organizations_.size() - first);
    const Text organization = organizations_[number];
    const auto member = [&] { return memberships_path + "/" + pick_of(memberships_, number, act); };
    const auto invitation = [&](const Text& end) {
      call("POST", invitations_path + "/" + pick_of(invitations_, number, act) + end);
    };
    const Text own_role = act.of[3] % 2 == 0 ? "org-a" : "org-b";
    const Text role = pick(Texts{"member", "editor", own_role}, act.of[4]);
    const Text roles = "/authorization/organizations/" + organization + "/roles";
    switch (act.of[0] % (anywhere ? 24 : 13)) {
      default:
        learn(memberships_[number],
              call("POST", memberships_path,
                   "{\"user_id\":\"" + pick(users_, act.of[2]) + "\",\"organization_id\":\"" +
                       organization + "\",\"role_slug\":\"" + role + "\"}"));
        break;
      case 3: call("PUT", member(), "{\"role_slug\":\"" + role + "\"}"); break;
      case 4: call("PUT", member() + "/deactivate"); break;
      case 5: call("PUT", member() + "/reactivate"); break;
      case 6: call("DELETE", member()); break;
      case 7:
      case 8:
      case 16:
      case 17:
        learn(invitations_[number],
              call("POST", invitations_path,
                   "{\"email\":\"" + pick(emails_, act.of[2]) + "\",\"organization_id\":\"" +
                       organization + "\",\"role_slug\":\"" + role + "\"}"));
        break;
      case 9: invitation(pick(Texts{"/accept", "/revoke", "/resend"}, act.of[3])); break;
      case 10:
        call("POST", roles, "{\"slug\":\"" + own_role + "\",\"name\":\"Own\"}");
        call("PUT", roles + "/" + own_role + "/permissions",
             "{\"permissions\":[\"" + pick_permission(act.of[4]) + "\",\"" +
                 pick_permission(act.of[5]) + "\"]}");
        break;
      case 11: call("DELETE", roles + "/" + own_role); break;
      case 12:
        if (act.of[3] % 4 != 0) break;
        call("DELETE", "/organizations/" + organization);
        organizations_[number] = make_organization();
        break;
      case 13: call("DELETE", users_path + "/" + pick(users_, act.of[2])); break;
      case 14: make_user(pick(emails_, act.of[2])); break;
      case 15:
        call("DELETE", permissions_path + "/" + pick_permission(act.of[4]));
        make_permission(pick_permission(act.of[5]));
        break;
    }
  }

 private:
  static membership_server::Configuration configuration() {
    membership_server::Configuration configuration;
    configuration.api_keys = {"key"};
    configuration.token_secret = "a secret of the test";
    for (std::size_t i = 0; i < 8; ++i) {
      configuration.permissions.push_back({pick_permission(i), {}, {}, false});
    }
    configuration.roles = {{"editor", {}, {}, Texts{"p0", "p1", "p2", "p3", "p4"}}};
    // Ids of a host's own making are no times: as cursors they count as long as there is a row.
    configuration.organizations = {{"acme", "Acme", {}, {}, {}}, {"beta", "Beta", {}, {}, {}}};
    for (const Text id : {"alice", "zoe"}) {
      configuration.users.push_back({id, id + "@x.y", false, {}, {}, {}});
      configuration.memberships.push_back({id, "acme", {}});
    }
    configuration.memberships.push_back({"zoe", "beta", {}});
    return configuration;
  }
  static Text pick_permission(std::size_t number) { return "p" + std::to_string(number % 8); }
  static void learn(Texts& ids, const Answer& made) {
    if (made.status == 201) ids.push_back(text(made.value(), "id"));
  }
  static Text pick_of(const std::map<std::size_t, Texts>& ids, std::size_t number,
                      const Choice& act) {
    const auto found = ids.find(number);
    return found == ids.end() || found->second.empty() ? "none" : pick(found->second, act.of[2]);
  }
  void make_user(const Text& email) {
    learn(users_, call("POST", users_path, "{\"email\":\"" + email + "\"}"));
  }
  void make_permission(const Text& slug) {
    call("POST", permissions_path, "{\"slug\":\"" + slug + "\",\"name\":\"" + slug + "\"}");
  }
  Text make_organization() {
    return text(call("POST", "/organizations", "{\"name\":\"O\"}").value(), "id");
  }

  membership_server::Api api_{configuration()};
  membership_server::Router router_{{}, {"key"}};
  Texts organizations_{"acme", "beta"};
  Texts users_{"alice", "zoe"};
  Texts emails_{"alice@x.y", "zoe@x.y"};
  std::map<std::size_t, Texts> memberships_;
  std::map<std::size_t, Texts> invitations_;
};

/// The kinds of rows that have ids: the prefix of those, the event that tells of a new one, and the
/// path of one.
struct Kind {
  std::string_view prefix;
  std::string_view made;
  const Text* path;
};
const std::array<Kind, 5> kinds{{{"om_", "organization_membership.created", &memberships_path},
                                 {"user_", "user.created", &users_path},
                                 {"invitation_", "invitation.created", &invitations_path},
                                 {"perm_", "permission.created", &permissions_path},
                                 {"event_", "", nullptr}}};
enum : std::size_t { memberships, users, invitations, permissions, events };

/// A row of a list, with what says its place: its id, or of an event its place in the log.
struct Row {
  Text place;
  json::value object;
};
using Rows = std::vector<Row>;

/// All that a world holds, by single reads of what the log of events tells of.
class Knowledge {
 public:
  explicit Knowledge(World& the_world) : world(the_world) {
    Text after;
    do {
      const json::value page =
          world.call("GET", "/events?limit=100&events=" + all_events + "&after=" + after).value();
      for (const json::value& event : page.at("data").as_array()) {
        rows[events].push_back({place_of(rows[events].size()), event});
      }
      after = text(page.at("list_metadata"), "after");
    } while (!after.empty());

    for (const Row& event : rows[events]) {
      ids[events].push_back(text(event.object, "id"));
      const json::value& data = event.object.at("data");
      for (std::size_t kind = 0; kind < events; ++kind) {
        if (text(event.object, "event") != kinds[kind].made) continue;
        const Text id = text(data, "id");
        ids[kind].push_back(id);
        const Answer one = world.call("GET", *kinds[kind].path + "/" +
                                                 (kind == permissions ? text(data, "slug") : id));
        // A slug may be another permission's by now.
        if (one.status == 200 && text(one.value(), "id") == id) {
          rows[kind].push_back({id, one.value()});
        }
      }
    }
    for (std::size_t kind = 0; kind < events; ++kind) {
      std::sort(rows[kind].begin(), rows[kind].end(),
                [](const Row& a, const Row& b) { return a.place < b.place; });
    }
  }

  static Text place_of(std::size_t number) {
    Text digits = std::to_string(number);
    return Text(8 - digits.size(), '0') + digits;
  }

  /// A role as an organization sees it, or nothing.
  std::optional<json::value> role(const Text& organization, const Text& slug) const {
    const Answer one =
        world.call("GET", "/authorization/organizations/" + organization + "/roles/" + slug);
    return one.status == 200 ? std::optional(one.value()) : std::nullopt;
  }

  World& world;
  std::array<Rows, 5> rows{};  ///< what there is, each kind in its order
  std::array<Texts, 5> ids{};  ///< what there is or was
};

/// A call of a list, and the answer that follows from what is known.
struct Question {
  Text target;
  int status = 200;
  json::value body{};
};

/// The questions about one organization.
class Asker {
 public:
  Asker(const Knowledge& known, const Text& organization) : known_(known), own_(organization) {}

  Question ask(const Choice& choice) const {
    const auto& of = choice.of;
    if (of[0] % 6 == 5) return ask_roles(of);
    std::size_t kind = of[0] % 6;  // permissions: those of a membership
    if (kind == permissions && own(memberships).empty()) kind = memberships;
    Text target;
    Rows rows;
    switch (kind) {
      case memberships: rows = ask_memberships(of[1], target); break;
      case users: rows = ask_users(target); break;
      case invitations: rows = ask_invitations(of[1], target); break;
      case permissions: rows = ask_permissions(of[1], target); break;
      default: rows = ask_events(of[1], target); break;
    }

    const std::size_t limit = pick(std::array<std::size_t, 4>{1, 2, 3, 100}, of[2]);
    const Text order = pick(Texts{kind == events ? "asc" : "desc", "asc", "desc", "normal"}, of[3]);
    target += "&limit=" + std::to_string(limit);
    if (of[3] % 4 != 0) target += "&order=" + order;
    const auto cursor = [&](std::string_view name, std::size_t number, bool& is_good) {
      const Text id = cursor_text(kind, number);
      if (id.empty()) return std::optional<Text>();
      (target += '&') += name;
      target += "=" + id;
      const auto place = place_of(kind, id);
      is_good = is_good && place;
      return place;
    };
    bool is_good = true;
    const auto before = cursor("before", of[4], is_good);
    const auto after = cursor("after", of[5], is_good);
    if (!is_good) return {target, kind == memberships ? 400 : 422};
    return {target, 200, page(std::move(rows), limit, order, before, after)};
  }

 private:
  using Numbers = std::array<std::size_t, 6>;

  Rows own(std::size_t kind) const {
    Rows rows;
    for (const Row& row : known_.rows[kind]) {
      if (text(row.object, "organization_id") == own_) rows.push_back(row);
    }
    return rows;
  }

  Rows ask_memberships(std::size_t filter, Text& target) const {
    target = memberships_path + "?organization_id=" + own_;
    Text user;
    Text statuses = "active";
    if (filter % 3 == 1 && !known_.rows[users].empty()) {
      target += "&user_id=" + (user = pick(known_.rows[users], filter / 3).place);
    }
    if (filter % 2 == 1) {
      statuses = pick(Texts{"inactive", "pending,inactive", "active,pending,inactive"}, filter / 6);
      target += "&statuses=" + statuses;
    }
    Rows rows = own(memberships);
    std::erase_if(rows, [&](const Row& row) {
      if (!user.empty() && text(row.object, "user_id") != user) return true;
      return ("," + statuses + ",").find("," + text(row.object, "status") + ",") == Text::npos;
    });
    return rows;
  }

  Rows ask_users(Text& target) const {
    target = users_path + "?organization_id=" + own_;
    std::set<Text> members;
    for (const Row& row : own(memberships)) members.insert(text(row.object, "user_id"));
    Rows rows = known_.rows[users];
    std::erase_if(rows, [&](const Row& row) { return !members.contains(row.place); });
    return rows;
  }

  Rows ask_invitations(std::size_t filter, Text& target) const {
    target = invitations_path + "?organization_id=" + own_;
    Rows rows = own(invitations);
    if (filter % 3 == 1) {
      const Text& email = pick(known_.world.emails(), filter);
      target += "&email=" + email;
      std::erase_if(rows, [&](const Row& row) { return text(row.object, "email") != email; });
    }
    return rows;
  }

  Rows ask_permissions(std::size_t filter, Text& target) const {
    const json::value member = pick(own(memberships), filter).object;
    target = "/authorization/organization_memberships/" + text(member, "id") + "/resources/" +
             own_ + "/permissions?";
    std::set<Text> granted;
    if (text(member, "status") == "active") {
      for (const json::value& each : member.at("roles").as_array()) {
        const auto role = known_.role(own_, text(each, "slug"));
        for (const json::value& slug : role->at("permissions").as_array()) {
          granted.emplace(slug.as_string());
        }
      }
    }
    Rows rows = known_.rows[permissions];
    std::erase_if(rows,
                  [&](const Row& row) { return !granted.contains(text(row.object, "slug")); });
    return rows;
  }

  Rows ask_events(std::size_t filter, Text& target) const {
    const Text names =
        pick(Texts{all_events, "organization_membership.created,organization.created,user.created",
                   "invitation.created,organization_role.updated"},
             filter);
    target = "/events?organization_id=" + own_ + "&events=" + names;
    Text from;
    if (filter % 4 == 1) {
      from = text(pick(known_.rows[events], filter / 4).object, "created_at");
      target += "&range_start=" + from;
    }
    Rows rows = known_.rows[events];
    std::erase_if(rows, [&](const Row& row) {
      const Text name = text(row.object, "event");
      const json::value& data = row.object.at("data");
      const bool is_it = name.starts_with("organization.") && text(data, "id") == own_;
      return (!is_it && text(data, "organization_id") != own_) ||
             ("," + names + ",").find("," + name + ",") == Text::npos ||
             text(row.object, "created_at") < from;
    });
    return rows;
  }

  /// Roles are not paged; cursors are unknown parameters.
  Question ask_roles(const Numbers& of) const {
    Question question{"/authorization/organizations/" + own_ +
                      "/roles?limit=1&after=" + cursor_text(memberships, of[5])};
    json::array data =
        known_.world.call("GET", "/authorization/roles").value().at("data").as_array();
    Texts slugs;  // in the order in which they were made last
    for (const Row& row : known_.rows[events]) {
      const json::value& role = row.object.at("data");
      if (text(row.object, "event") != "organization_role.created" ||
          text(role, "organization_id") != own_) {
        continue;
      }
      std::erase(slugs, text(role, "slug"));
      slugs.push_back(text(role, "slug"));
    }
    for (const Text& slug : slugs) {
      if (const auto role = known_.role(own_, slug)) data.push_back(*role);
    }
    question.body = json::object{{"object", "list"}, {"data", data}};
    return question;
  }

  /// What is sent as a cursor: often nothing, mostly an id of any organization.
  Text cursor_text(std::size_t kind, std::size_t number) const {
    const auto any = [&](std::size_t of_kind) {
      const Texts& all = known_.ids[of_kind];
      return all.empty() ? Text("none") : pick(all, number / 24);
    };
    const Text prefix(kinds[kind].prefix);
    Text id = any(kind);
    switch (number % 24) {
      case 0: return any((kind + 1 + number / 24 % 4) % 5);
      case 1: return prefix + Text(26, '0');
      case 2: return prefix + '7' + Text(25, 'Z');
      case 3: return id + '0';
      case 4: return id.substr(0, id.size() - 1);
      case 5: return prefix + "01hzx0000000000000000000a0";
      case 6:
      case 7:
        // Never existing, of nearly the same time. An event like that may have been or not.
        if (kind != events) id.back() = id.back() == '8' ? '9' : '8';
        return id;
      default: return number % 24 < 14 ? Text() : id;
    }
  }

  /// Where a cursor stands among all rows of a kind, or nothing where it is refused.
  std::optional<Text> place_of(std::size_t kind, const Text& id) const {
    const std::string_view prefix = kinds[kind].prefix;
    const bool is_own_form =
        id.starts_with(prefix) && id.size() == prefix.size() + 26 && id[prefix.size()] <= '7' &&
        id.find_first_not_of("0123456789ABCDEFGHJKMNPQRSTVWXYZ", prefix.size()) == Text::npos;
    if (kind == events) {
      const Texts& all = known_.ids[events];
      const auto found = std::find(all.begin(), all.end(), id);
      if (found != all.end()) {
        return Knowledge::place_of(static_cast<std::size_t>(found - all.begin()));
      }
      // From the oldest, as one that is not kept any more; one that is yet to come is unknown.
      return is_own_form && id[prefix.size()] == '0' && id.back() == '0' ? std::optional(Text())
                                                                         : std::nullopt;
    }
    if (is_own_form) return id;
    for (const Row& row : known_.rows[kind]) {
      if (row.place == id) return id;
    }
    return std::nullopt;
  }

  /// The page of these rows: in order, what is between the cursors, and of it the part next to
  /// `after`, or to `before` where that is the only one.
  static json::value page(Rows rows, std::size_t limit, const Text& order,
                          std::optional<Text> before, std::optional<Text> after) {
    const bool is_swapped = order == "normal";
    if (order != "asc") std::reverse(rows.begin(), rows.end());
    const bool from_end = is_swapped ? after.has_value() : before && !after;
    if (is_swapped) std::swap(before, after);
    const auto precedes = [&](const Text& a, const Text& b) {
      return order == "asc" ? a < b : b < a;
    };
    std::size_t begin = 0;
    std::size_t end = rows.size();
    while (after && begin < end && !precedes(*after, rows[begin].place)) ++begin;
    while (before && begin < end && !precedes(rows[end - 1].place, *before)) --end;
    if (end - begin > limit) (from_end ? begin : end) = from_end ? end - limit : begin + limit;

    json::array data;
    for (std::size_t i = begin; i < end; ++i) data.push_back(rows[i].object);
    const auto id_at = [&](std::size_t i, bool is_there) {
      return begin < end && is_there ? rows[i].object.at("id") : json::value();
    };
    json::value first = id_at(begin, begin > 0);
    json::value last = id_at(end - 1, end < rows.size());
    if (is_swapped) std::swap(first, last);
    return json::object{{"object", "list"},
                        {"data", std::move(data)},
                        {"list_metadata", json::object{{"before", first}, {"after", last}}}};
  }

  const Knowledge& known_;
  const Text own_;
};

std::size_t runs() { return scaled(100, 200); }

/// Fewer than `count`. They shrink by being left out.
Choices some(std::size_t count) {
  return *rc::gen::resize(static_cast<int>(count), rc::gen::container<Choices>(choice()));
}

}  // namespace

BOOST_AUTO_TEST_CASE(own_rows_only) {
  holds("own_rows_only", runs(), [] {
    World world(some(200));
    const Knowledge known(world);
    for (const Text& organization : world.organizations()) {
      const Asker asker(known, organization);
      for (const Choice& choice : some(40)) {
        const Question question = asker.ask(choice);
        const Answer answer = world.call("GET", question.target);
        if (answer.status == question.status &&
            (question.status != 200 || answer.value() == question.body)) {
          continue;
        }
        RC_FAIL(question.target + "\nis answered " + std::to_string(answer.status) + " " +
                answer.body + "\ninstead of  " + std::to_string(question.status) + " " +
                json::serialize(question.body));
      }
    }
  });
}

BOOST_AUTO_TEST_CASE(others_unseen) {
  holds("others_unseen", runs(), [] {
    World world(some(200));
    std::vector<std::pair<Text, Answer>> answers;
    {
      const Knowledge known(world);
      const Asker asker(known, world.organizations().front());
      for (const Choice& choice : some(120)) {
        const Text target = asker.ask(choice).target;
        answers.emplace_back(target, world.call("GET", target));
      }
    }
    for (const Choice& act : some(60)) world.happen(act, false);
    for (const auto& [target, before] : answers) {
      const Answer after = world.call("GET", target);
      if (after == before) continue;
      RC_FAIL(target + "\nis answered " + std::to_string(after.status) + " " + after.body +
              "\nand was    " + std::to_string(before.status) + " " + before.body);
    }
  });
}

BOOST_AUTO_TEST_SUITE_END()
